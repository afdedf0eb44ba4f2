# Sign-up, login, what is mine, messages, login at the desks.

mobile-label = Mobile number
code-label = SMS code
name-label = Name
name-hint = Exactly as on your ID card; a dot inside a name can be typed as “·”
id-number-label = ID number
id-number-hint = 18 characters; the last may be X. Numbers of residence permits for Hong Kong, Macao and Taiwan residents and of foreigners’ permanent residence cards are accepted too
password-label = Login password
password-new-label = Set a login password
change-password-new = New login password
password-again-label = Enter the login password again
password-hint = At least 8 characters of any kind. A few unrelated words are easiest to remember. Do not use your ID number, mobile number or birthday
password-old-label = Current login password
password-change-title = Change login password
password-change-intro = Once you have changed it, all your other devices must log in again with the new password.
password-change-submit = Change password
password-change-forgot = I have forgotten my current password
password-old-wrong = { $left ->
    [one] That is not your current password, so nothing was changed. If the next try is wrong too, changing it will be locked for a while.
   *[other] That is not your current password, so nothing was changed. After { $left } more wrong tries, changing it will be locked for a while.
}
password-changed-elsewhere = Your login password was changed somewhere else a moment ago, so it was not changed here. Please try again with the new one. If it was not you who changed it, call 12333 at once.
password-locked = Too many tries. To protect your account, please try again in { $time }.
flash-password-changed = Your login password has been changed, and all other devices have been logged out.

sms-send = Get SMS code
sms-resend = No code yet? Get another one
sms-do-not-repeat = Please do not request SMS codes repeatedly
sms-sent-to = We have sent a code to { $mobile }. It is valid for 5 minutes.
sms-sent-again = We have sent a new code. Please use the most recent one.
sms-wait = Too many codes have been requested. Please try again in { $time }. A code you have already received still works for 5 minutes.
sign-up-wait = There have been too many tries from here. Please submit again in { $time }. What you filled in is still here. Please enter the password again, and get a new code if yours is more than 5 minutes old.
wait-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
wait-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}

sign-up-title = Sign up
sign-up-mobile-hint = You will use it to log in and to receive notices
sign-up-have-account = Already signed up? Log in
sign-up-send = Agree and get an SMS code
sign-up-submit = Agree and sign up
password-retype = Passwords are not kept, so please enter yours again. Everything else is still here.
flash-code-gone = That code no longer works. Please get a new one.

login-title = Log in
login-ways = Ways to log in
login-by-password = Password
login-by-code = SMS code
login-name-label = ID number or mobile number
login-submit = Log in
login-sign-up = Sign up
login-wanted = After you log in, you will go on to { $what }.
login-kept = You were logged out. What you filled in has been kept for a while: log in again, and you can continue with one tap. If it has expired by then, you will have to fill it in again.
login-timed-out = You were logged out automatically because the service was not used for a while. Please log in again.
login-signed-up = Your details have been submitted. Please log in with your mobile number and the password you have just set.
login-signed-up-days = Please complete real-name authentication within { $days } days. Otherwise the account is closed and everything you filled in is deleted.
login-signed-up-taken = The password is right but you cannot log in? The previous owner of this number may still be using it to log in. Please sign up with another mobile number, or take your ID card to a service window.
wanted-pay-password = your e-card payment password
wanted-card = your e-card
wanted-messages = your messages
wanted-real-name = real-name authentication
wanted-devices = My devices
wanted-password = changing your login password
login-help = If you have trouble logging in, call 12333 or take your ID card to a service window.
login-mobile-hint = The mobile number you signed up with
login-sent-to = If { $mobile } has an account, a code is on its way. It is valid for 5 minutes.
login-incomplete = Please enter both your ID or mobile number and your password.
login-wrong = { $left ->
    [one] The number or the password is wrong. If you have not completed real-name authentication yet, log in with your mobile number. If the next try is wrong too, logging in will be locked for a while.
   *[other] The number or the password is wrong. If you have not completed real-name authentication yet, log in with your mobile number. After { $left } more wrong tries, logging in will be locked for a while.
}
login-locked = Too many tries. To protect your account, please try again in { $time }, or log in with an SMS code.
flash-signed-out = You have been logged out.

me-title = Me
me-orders = My orders
me-orders-detail = Bookings, cancellations and past visits
me-unread = { $count } unread
me-password = Login password
me-password-detail = Change the password you use to log in
me-elder-detail = Larger text and buttons, fewer choices
me-standard-detail = Return to the usual size
me-language = 中文
me-language-detail = Switch to Chinese
me-logout = Log out


messages-title = Messages
messages-unread = Unread:
messages-empty-title = No messages yet
messages-empty-text = News of what you have booked or asked for will appear here. You will also get it by text message.
messages-older = Older messages
messages-no-older = No older messages
messages-open = View details
message-other-title = Notice
message-other-body = You have a notice. Please call 12333 for details.
message-sign-up-tried-title = Someone tried to sign up with your details
message-sign-up-tried-body = Someone tried to sign up with your ID number or mobile number ({ $tried_at }). Nothing in your account has changed. Without proving to be you, no one can see your information or act in your name. If it was you, just log in, or complete real-name authentication in the new account. If it was not, you do not need to do anything; never tell anyone an SMS code.
message-number-taken-back-title = Accounts misusing your ID number were closed
message-number-taken-back-body = { $count } accounts had been signed up with your ID number. None had completed real-name authentication and nothing had been done with them. All of them were closed when you completed yours ({ $told_at }). If you have questions, please call 12333.
message-account-moved-title = Your login mobile number and password have changed
message-account-moved-body = You completed real-name authentication in the account you had newly signed up ({ $moved_at }). You now log in with that account’s mobile number and password, and all devices that were logged in before have been logged out. If this was not you, please call 12333 at once.

desk-login-title = Desk login
desk-login-name = Staff number
desk-login-submit = Log in to desk
desk-login-wrong = { $left ->
    [one] The staff number or the password is wrong. If the next try is wrong too, logging in will be locked for a while.
   *[other] The staff number or the password is wrong. After { $left } more wrong tries, logging in will be locked for a while.
}
desk-login-locked = Too many tries. Please try again in { $time }.
desk-second-factor-title = Desk login is not available yet
desk-second-factor-text = In production, logging in to a desk requires a second factor, which is not available yet. Please contact your system administrator.

error-mobile = Enter an 11-digit mobile number
error-mobile-length = A mobile number has 11 digits; you entered { $what }
error-mobile-character = A mobile number cannot contain “{ $what }”
error-mobile-landline = This is a landline number and cannot receive text messages. Please enter a mobile number
error-mobile-foreign = At present we only accept mobile numbers from mainland China
error-mobile-start = Mobile numbers start with 13 to 19. Please check
error-name-character = A name cannot contain “{ $what }”
error-name-marks = Dots and hyphens can only stand between the letters of a name, one at a time
error-name-empty = The name is missing
error-name-short = A name has at least two characters
error-name-often = You have entered too many names today. Please try again tomorrow, or take your ID card to a service window
error-name-long = A name can have at most 50 characters
error-id-number = This ID number is not correct. Please check each character
error-id-number-empty = The ID number is missing
error-id-number-length = An ID number has 18 characters; you entered { $what }
error-id-number-character = An ID number is 17 digits, then a digit or X; it cannot contain “{ $what }”
error-id-number-start = No ID number starts like this. Please check the first digits
error-id-number-birth = The date of birth in this ID number (characters 7 to 14) is not possible. Please check
error-id-number-old = Old 15-digit numbers are no longer valid. Please enter the 18-digit number
error-code-format = The SMS code has 6 digits
error-code-refused = The SMS code was not accepted
error-code-wrong = { $what ->
    [one] That code is wrong. You can try once more
   *[other] That code is wrong. You can try { $what } more times
 }
error-code-killed = There have been too many wrong tries, so this code no longer works. Please get a new one
error-code-expired = The code has expired. Please get a new one
error-code-gone = This code has already been used or has been replaced by a newer one. Please use the most recent code, or get a new one
error-password-short = The password must have at least 8 characters
error-password-long = The password can have at most 128 characters
error-password-old-empty = Please enter your current login password
error-password-same = The new password is the same as the current one; please choose another
error-password-weak = This password is too easy to guess. Choose another, for example a few unrelated words
error-password-personal = Do not use your ID number, mobile number or birthday in the password
error-password-again = The two passwords do not match

# Services that a search finds: their names, and what they are for
find-messages = Messages
find-messages-detail = Notices of bookings, cancellations and refunds
find-card = Electronic social security card
find-card-detail = Show its QR code
find-insurance-code = Medical insurance code
find-insurance-code-detail = Show it when you see a doctor or buy medicine
find-pay-password = E-card payment password
find-pay-password-detail = Set or change it
find-pay-password-forgot = Forgotten e-card payment password
find-pay-password-forgot-detail = Prove who you are and set a new one
find-real-name = Real-name authentication
find-real-name-detail = With a face check, your social security card, or a counter code
find-insured = Insurance status
find-insured-detail = Whether you can use your insurance, and when it was last checked
find-devices = My devices
find-devices-detail = Devices where you are logged in or authenticated
find-password = Change login password
find-password-detail = The password you use to log in
find-forgot = Forgotten login password
find-forgot-detail = Prove who you are and set a new one
find-terms = User agreement
find-terms-detail = What you can do here, and what each side must do
find-privacy = Privacy policy
find-privacy-detail = What we collect, why, and how long we keep it
find-me = Me
find-me-detail = Account and settings
find-sign-up = Sign up
find-sign-up-detail = Open an account with your mobile number
find-login = Log in
find-login-detail = With a password or an SMS code
