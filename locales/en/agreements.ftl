# The user agreement and the privacy policy. When the meaning changes, change the version in
# crates/identity/src/agreements/policy.rs and policy/identity.toml.

agreement-version = Version { $version }, published { $day }
agree-by-going-on = By continuing you agree to the{" "}
agree-and = {" "}and the{" "}
agree-end = , which you can read first.
agree-title = New terms
agree-status = Please have a look before you continue
agree-text = There is a new version of the user agreement or of the privacy policy. You can continue once you agree. Your bookings and orders are still there.
agree-terms-detail = What you can do here, and what each side has to do
agree-privacy-detail = What we collect, why, and how long we keep it
agree-submit = Agree and continue
agree-refuse = I do not agree: log out
agree-refused = You need not agree. You can still go to the hospital's counter or a service window, or call 12333.

terms-title = User agreement
terms-intro = This agreement says what you can do with this service, what we have to do and what you have to do.
terms-1-title = 1. What this service is
terms-1-text =
    This service is provided by the city's human resources and social security bureau. You can book a doctor's visit, pay the registration fee, show your e-card and receive messages.
    The service is free. Hospitals charge for visits, and your phone company charges for texts and data.
terms-2-title = 2. Your account
terms-2-text =
    Each person has one account. Please sign up with your own mobile number, your real name and your own ID number.
    Please complete real-name authentication soon after signing up. If you have not done so within 30 days, the account is closed and what you filled in is deleted.
    An ID number belongs to the person who was authenticated with it. Accounts that others opened with your number are closed once you are authenticated.
terms-3-title = 3. Passwords and codes
terms-3-text =
    Your login password, your e-card payment password and SMS codes are for you alone. Do not tell anybody. Our staff will never ask for them.
    After too many wrong tries a password is locked for a while. This protects you.
    If you lose or change your phone, please log it out under My devices and change your login password.
terms-4-title = 4. Booking and cancelling
terms-4-text =
    A booking is for the patient it was made for. If you cannot come, please cancel early, so that somebody else can have the place.
    The booking page says how many bookings you can have at a time and until when you can cancel.
    If the hospital calls off a clinic, we send you a message and a text, and return what you have paid.
terms-5-title = 5. Paying and refunds
terms-5-text =
    Before you pay, the page shows the total, what your medical insurance pays and what you pay yourself. You are charged only after you enter your password or confirm in WeChat.
    After you cancel, the money goes back the way it came. The insurer and the payment company decide when it arrives; the page says how far it is.
terms-6-title = 6. What is not allowed
terms-6-text =
    You may not pretend to be somebody else, sell bookings, book with automatic programs, or attack the service.
    If this happens, we stop it and act as the law provides.
terms-7-title = 7. When the service does not work
terms-7-text =
    During maintenance, network failures, or when a hospital, the insurer or the payment system does not answer, some functions may not work for a while. The page will say so. What has been done stays done.
    In an emergency please go to a hospital at once and do not wait to book.
terms-8-title = 8. Changes and questions
terms-8-text =
    When there is a new version, we ask you to read it when you next open a page of your own. You need not agree; you can still use the windows.
    If you have questions, call 12333 or ask at a service window.

privacy-title = Privacy policy
privacy-intro = This policy says what we collect about you, why, who receives it, how long we keep it and what you can do.
privacy-1-title = 1. When you sign up and log in
privacy-1-text =
    Your mobile number: for logging in, for codes and for messages.
    Your name and ID number: to know whose account it is, and to do with hospitals and the insurer what you ask us to do.
    Your login password: we keep it only in encrypted form. Nobody can read it.
    The name of your device and part of its network address: they are listed under My devices, so that you can see whether somebody else has logged in.
privacy-2-title = 2. When you complete real-name authentication
privacy-2-text =
    Face check: your photo goes from your phone straight to the verification provider. We do not keep the photo, only whether you passed. We ask for your separate consent first; you can refuse, and you can take it back.
    Social security card: the number and the card PIN are used only to check with the card system. The PIN is not kept.
    Service window: a clerk checks your original document and gives you a counter code. We record which clerk it was and what kind of document was checked.
privacy-3-title = 3. When you see a doctor and pay
privacy-3-text =
    Hospital, department, doctor and time of your visits, amounts of orders and what the insurer settled: to carry them out, to return money and to check the accounts. They are also your own record.
    Whether you are insured: we ask the insurer, to know which services are open to you.
    Your e-card payment password: we keep it only in encrypted form.
privacy-4-title = 4. How we protect it
privacy-4-text =
    Names, ID numbers, mobile numbers, card numbers and the words of messages are kept encrypted, with a key for each person.
    Before your visits and payments are shown, we check that it is your device.
    Who did what and when is recorded, and these records cannot be changed.
privacy-5-title = 5. Who receives it
privacy-5-text =
    Only those who need it for what you ask for: the hospital you book, the insurer, the card system, the SMS company, the face verification provider and WeChat Pay. Each receives only the part it needs.
    We sell nothing and show no advertisements. What the law demands is an exception.
privacy-6-title = 6. How long we keep it
privacy-6-text =
    Records of SMS codes: two days. Records of logins: a day after they end. Messages: two years.
    The course of a face check: 30 days; whether you passed: three years. Devices that were logged out: one year.
    Accounts without real-name authentication: closed after 30 days, and the data deleted.
    Visits, orders, money and the record of what was done: as long as the law demands.
privacy-7-title = 7. What is kept in your browser
privacy-7-text =
    We use cookies to remember that you are logged in, this device, your language and the large-print version. Your browser also keeps a key that confirms your device. The key never leaves it.
    There are no cookies for advertising or tracking, and no other company's statistics.
privacy-8-title = 8. What you can do
privacy-8-text =
    See: your orders, messages and devices are under Me. Correct: you can correct your name where you complete real-name authentication.
    Take back: you can take back your consent to face checks on their page.
    To see, copy, correct or delete anything else, or to close your account, go to a service window with your ID card or call 12333.
    For children under 14, a parent or other guardian acts.
privacy-9-title = 9. Changes
privacy-9-text =
    When there is a new version, we ask you to read it when you next open a page of your own. A new version never takes away rights you have.
