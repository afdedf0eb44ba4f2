# Words of the shell, the front page and the error pages. Error kinds of forms live with the crate that
# names them; the ones every form may use are here.
ui-name = Changzhou Renshe
ui-brand = Renshe
ui-desk = Desk
ui-skip = Skip to main content
ui-back = Back
ui-read = Listen
read-stop = Stop reading
read-none = This phone has no voice for English. Turn on text-to-speech in its settings, then tap “Listen” again.
read-failed = Reading has stopped because of an error. Tap “Listen” to try again.
ui-elder = Elder mode
ui-standard = Standard view
ui-hotline = Hotline 12333
ui-demo = Demo: hospital names are only labels; the doctors, places and people are made up. You cannot book a real visit here.
ui-demo-short = Demo data
ui-short-no = Order number
ui-optional = (optional)
ui-errors = { $count ->
    [one] One thing needs to be corrected. It is marked below.
   *[other] { $count } things need to be corrected. They are marked below; start with the first.
 }
ui-step = Step { $at } of { $of }

span-moment = less than a minute
span-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
 }
span-hours = { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
 }
span-hours-minutes = { $hours } h { $minutes } min
span-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
 }
span-years = { $years ->
    [one] { $years } year
   *[other] { $years } years
 }

tab-bar = Main
tab-home = Home
tab-messages = Messages
tab-me = Me
tab-standard = Standard
tab-unread = , { $count } unread

front-search = Doctor, service
front-hero = E-card and visits
front-card = Electronic social security card
front-shut-device = You are logged in. Before you see your visits and your e-card, please confirm that it is you on this device.
front-shut-device-button = Confirm
front-shut-agree = Our terms have changed. Please read them first. Your visit code and your booked visits still work.
front-shut-agree-button = Take a look
front-card-none = Not applied for yet
front-card-issuing = Being issued
front-card-unsure = We cannot check its status right now
front-card-not-issued = No plastic card found
front-card-show = Show QR code
front-card-get = Apply for e-card
front-card-open = View
front-city = Changzhou Human Resources and Social Security
front-invite = See a doctor: book it on your phone
front-invite-detail = Sign up with your mobile number in a few minutes
front-sign-up = Sign up
front-login = Log in
front-todos = To do
front-todos-all = All { $count }
front-todos-here = { $count } in total.
front-no-todos = Nothing to do right now
front-services = Services
front-news = News

problem-again = Try again
problem-home = Home page
problem-desk = Back to the desk
problem-desk-reference = When you contact your administrator, please give this reference:
problem-reference = When you call 12333, please give this reference:
problem-not-found-title = Page not found
problem-not-found-text = It may have ended, or the address may be incomplete. Anything you have already submitted is not affected.
problem-forbidden-title = You do not have access to this page
problem-forbidden-text = Your account does not have permission. If you think this is wrong, please contact your administrator.
problem-sign-in-title = Please log in first
problem-sign-in-text = You will then return to this page.
problem-stale-title = This page was open for too long
problem-stale-text = For your safety, this was not processed and nothing has changed.
problem-blocked-title = Your browser did not send this site’s cookie
problem-blocked-text = Without it we cannot be sure that it is you who is submitting, so this was not processed and nothing has changed. Please allow cookies in your browser’s settings (not “Block all cookies”), or open this site in another browser, and submit again.
problem-cleared-title = This site’s data was deleted from your browser
problem-cleared-text = Cookies were deleted after you opened this page, so this was not processed and nothing has changed.
problem-other-browser-title = This page was not opened in this browser
problem-other-browser-text = It may have come from another browser, or cookies may have been deleted after it was opened, so this was not processed and nothing has changed.
problem-not-ours-title = This was not submitted from a page of this site
problem-not-ours-text = We have stopped it and nothing has changed. If it was you, please start again from the home page.
problem-late-title = We did not receive everything you sent
problem-late-text = The network was too slow or the connection broke. Nothing has changed. Please find a better signal, go back and submit again.
problem-go-back = Go back, reload the page and submit again.
problem-kept = What you filled in is still here.
problem-kept-secrets = { " " }Passwords and codes must be entered again.
problem-send-again = Submit again
problem-elsewhere-title = Please open this site at its own address
problem-elsewhere-text = This is not the address of this site.
problem-elsewhere-name = This site’s address is { $own }, but you opened it at { $by }. Logging in and submitting will not work from there.
problem-elsewhere-scheme = This site’s address is { $own }, but you opened it at { $by }, where the connection is not encrypted.
problem-elsewhere-cookies = Over http, your browser does not keep this site’s cookies, so logging in and submitting will not work.
problem-elsewhere-proxy-scheme = If the address bar already shows https, please tell the staff: the proxy in front reported this request as { $by } (X-Forwarded-Proto).
problem-elsewhere-proxy-name = If the address bar already shows the address above, please tell the staff: the proxy in front changed the address to { $by } (it does not pass Host on unchanged).
problem-elsewhere-demo = Open the demo city at localhost or at this machine’s IP address. To use another name, set public_url = "{ $by }" in the configuration.
problem-elsewhere-go = Open it at its own address
problem-bad-form-title = We could not understand that form
problem-bad-form-text = Nothing has changed. Please go back and fill it in again.
problem-too-large-title = What you submitted is too large
problem-too-large-text = Nothing has changed. Please make it smaller and submit again.
problem-method-title = This page cannot be opened directly
problem-method-text = Anything you have already submitted is not affected. Please start again with the button below.
problem-busy-title = The service is busy right now
problem-busy-text = This was not processed and nothing has changed. Please wait a few seconds and try again.
problem-unknown-title = We are confirming the result
problem-unknown-text = The connection broke just now, and it may already have gone through. Please do not submit it again; check the result under “Me” in a while.
problem-fault-title = Something went wrong on our side
problem-fault-text = This is our fault, not yours. This step was not completed; everything done before is still there. Please try again later.

in-app-wechat = WeChat Pay does not work yet on pages opened inside WeChat
in-app-alipay = WeChat Pay does not work on pages opened inside Alipay
in-app-menu = Tap “···” at the top right
in-app-open = Choose “Open in Browser” (on an iPhone, “Open in Default Browser”)
in-app-login = Log in there, and you will return to this page
in-app-address = Or copy this address and paste it into your phone’s browser
in-app-copy = Copy
in-app-copied = Copied

error-required = Please fill this in

dev-title = Components
dev-intro = Every component in every state. Use the links in the footer to change the language or switch to elder mode.
dev-mode-device = Follow device
dev-mode-light = Light
dev-mode-dark = Dark
dev-buttons = Buttons
dev-main = Pay ¥25.00
dev-plain = Change time
dev-danger = Cancel booking
dev-busy = Submitting
dev-fields = Form
dev-field-name = Name
dev-field-name-hint = Exactly as on your ID card
dev-field-mobile = Mobile number
dev-field-code = SMS code
dev-field-note = Note
dev-submit = Next
dev-choices = Choices
dev-choices-legend = Patient
dev-choice-self = Myself
dev-choice-mother = Mother
dev-choice-agree = I have read and agree
dev-lists = List
dev-row-title = Li Wenxiu, associate chief physician
dev-row-detail = Ophthalmology · cataract, glaucoma
dev-facts = Facts
dev-fact-time = Time
dev-fact-time-value = 9:30–9:45
dev-fact-place = Place
dev-fact-place-value = Ophthalmology, floor 3
dev-fact-total = Total
dev-tags = Tags
dev-tag-done = Done
dev-tag-due = Due
dev-tag-danger = Cancelled
dev-tag-blue = Available
dev-tag-plain = Full
dev-status = States
dev-status-done = Visit booked
dev-status-done-text = Please come 15 minutes early
dev-status-due = Being confirmed
dev-status-due-text = You will not be charged twice
dev-status-danger = Not completed
dev-status-danger-text = You have not been charged
dev-status-blue = Under review
dev-status-blue-text = You will have an answer within 5 working days
dev-passages = Passages
dev-steps = Steps
dev-step-done = Booked
dev-step-now = Check in
dev-step-later = See the doctor
dev-step-danger = Cancelled
dev-step-detail = 21 Nov 19:32
dev-notes = Notes
dev-note = Not coming without cancelling is recorded as a no-show.
dev-empty = Empty page
dev-empty-title = No messages yet
dev-empty-text = Notices about bookings, cancellations and cancelled clinic hours will appear here.
dev-codes = Numbers and barcodes
dev-code-caption = Visit barcode
dev-todos = To do
dev-todo-title = Outpatient bill due
dev-todo-button = Pay
dev-toast = Cancelled. The place has been released.
dev-tiles = Tiles
dev-icons = Icons
dev-desk = Window
dev-desk-scan = Scan the visit barcode, or type it and press Enter
dev-desk-wait = Please scan a code
dev-desk-done = Ready to check in
dev-desk-due = Too early
dev-desk-danger = Different hospital
dev-desk-who = 王*明 · male, 41
dev-desk-lines = Wang *ming · Ophthalmology · 9:30 · no. 12
dev-desk-last = Previous patient checked in at 10:49
dev-money = Money
dev-held = Held for you until 9:30 am today
dev-held-left = {"{m}"} min {"{s}"} s left
dev-sum = Insurance pays
dev-sum-own = You pay
dev-sum-amount = ¥20.00
dev-sum-own-amount = ¥5.00
dev-sum-text = pooled fund ¥8.00, personal account ¥12.00
