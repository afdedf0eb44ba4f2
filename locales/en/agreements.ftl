# The user agreement and the privacy policy; the keys of each version carry its name. When the meaning changes, add the keys of
# a new version beside the old ones and list it in crates/identity/src/agreements/policy.rs; when that program runs
# everywhere, say in policy/identity.toml from which day it holds.

agreement-version = Version { $version }, published { $day }
agree-by-going-on = By continuing you agree to the{" "}
agree-and = {" "}and the{" "}
agree-end = , which you can read first.
agree-title = Our terms have changed
agree-status = Please take a look before you continue
agree-text = There is a new version of the user agreement or the privacy policy. You can continue once you agree. Your bookings and orders are still there.
agree-terms-detail = What you can do here, and what each side must do
agree-privacy-detail = What we collect, why, and how long we keep it
agree-newer = There has just been a new version of the user agreement or the privacy policy. Please take a look and then tap again.
agree-submit = Agree and continue
agree-refuse = I do not agree: log out
agree-refused = You do not have to agree. You can still go to the hospital’s own window or a service window, or call 12333.

terms-title = User agreement
terms-2026-11-intro = This agreement explains what you can do with this service, what we must do, and what you must do.
terms-2026-11-1-title = 1. What this service is
terms-2026-11-1-text =
    This service is provided by the city’s human resources and social security bureau. You can book a visit, pay the fee, show your e-card and receive notices.
    The service is free. Hospitals charge for visits, and your phone company charges for text messages and data.
terms-2026-11-2-title = 2. Your account
terms-2026-11-2-text =
    Each person has one account. Please sign up with your own mobile number, your real name and your own ID number.
    Please complete real-name authentication soon after signing up. If you have not done so within { $unproven }, the account is closed and everything you filled in is deleted.
    An ID number belongs to the person who has completed real-name authentication with it. Accounts that others signed up with your number are closed once you have done so.
terms-2026-11-3-title = 3. Passwords and codes
terms-2026-11-3-text =
    Your login password, your e-card payment password and SMS codes are for you alone. Do not tell them to anyone. Our staff will never ask for them.
    After too many wrong tries a password is locked for a while. This protects you.
    If you lose or change your phone, please log it out under “My devices” as soon as you can and change your login password.
terms-2026-11-4-title = 4. Booking and cancelling
terms-2026-11-4-text =
    A booking is only for the patient it was made for. If you cannot come, please cancel early so that someone else can have the place.
    The booking pages say how many bookings you can have at a time and until when you can cancel.
    If the hospital cancels a doctor’s clinic hours, we send you a message and a text message, and refund what you have paid.
terms-2026-11-5-title = 5. Paying and refunds
terms-2026-11-5-text =
    Before you pay, the page shows the total, what medical insurance pays and what you pay yourself. You are charged only after you enter your password or confirm in WeChat.
    After you cancel, the money is refunded to where it came from. The insurer and the payment company decide when it arrives; the page shows the progress.
terms-2026-11-6-title = 6. What is not allowed
terms-2026-11-6-text =
    You may not pretend to be somebody else, resell places, use programs to book in bulk, or attack the service.
    If we find any of this, we stop it and act as the law provides.
terms-2026-11-7-title = 7. When the service is not available
terms-2026-11-7-text =
    During maintenance or network failures, or when a hospital, the insurer or the payment system does not respond, some functions may not work for a while. The page will say so. Whatever has already been done is not affected.
    In an emergency, please go straight to a hospital and do not wait for an online booking.
terms-2026-11-8-title = 8. Changes and questions
terms-2026-11-8-text =
    When there is a new version, we ask you to read it the next time you open one of your own pages. You do not have to agree; you can still do everything at the windows.
    If you have questions, call 12333 or ask at a service window.

privacy-title = Privacy policy
privacy-2026-11-30-intro = This policy explains what information we collect about you, why, who receives it, how long we keep it, and what you can do.
privacy-2026-11-30-1-title = 1. When you sign up and log in
privacy-2026-11-30-1-text =
    Your mobile number: to log in and to receive codes and notices.
    Your name and ID number: to know whose account it is, and to do what you ask of hospitals and the insurer.
    Your login password: we keep only a one-way hash of it, from which no one can read the password.
    The names of devices that logged in and their network addresses: the names and part of each address are listed under “My devices”, so that you can see whether anyone else has logged in. The record of what was done keeps the full address.
privacy-2026-11-30-2-title = 2. When you complete real-name authentication
privacy-2026-11-30-2-text =
    Face check: your pictures go straight from your phone to the provider. We do not keep them, only the details of the check and whether you passed. We ask for your separate consent before the first check, and you can refuse it. Consent that you give while logged in stands until you withdraw it, which you can do at any time.
    Social security card: the card number and the card PIN are only used to check with the card system. The PIN is not kept.
    Service window: a clerk checks your original document and gives you a counter code. We record which clerk it was and what kind of document was checked.
privacy-2026-11-30-3-title = 3. When you see a doctor and pay
privacy-2026-11-30-3-text =
    The hospital, department, doctor and time of your visits, the amounts of your orders and what the insurer settled: we need them to carry out visits, refunds and accounting, and they are your own record.
    Whether you are insured: we ask the insurer, so that we know which services are open to you.
    Your e-card payment password: again we keep only a one-way hash, from which no one can read the password.
privacy-2026-11-30-4-title = 4. How we protect it
privacy-2026-11-30-4-text =
    Names, ID numbers, mobile numbers, card numbers and the contents of messages are stored encrypted, with a separate key for each person.
    Before we show your visits and payments, we check that it is your device.
    Who did what and when is recorded, and these records cannot be changed.
privacy-2026-11-30-5-title = 5. Who receives it
privacy-2026-11-30-5-text =
    Only those who need it for what you ask us to do: the hospital you book, the insurer, the card system, the SMS company, the face check provider and WeChat Pay. Each receives only the part it needs.
    We do not sell it to anyone and do not use it for advertising. The only exception is what the law requires.
privacy-2026-11-30-6-title = 6. How long we keep it
privacy-2026-11-30-6-text =
    Records of SMS codes: two days. Logins listed under “My devices”: one day after they end. Counts of wrong login passwords: 30 days after the last one. Messages: { $messages }.
    Details of a face check: { $checks }; whether you passed: { $results }. Devices that were logged out: { $devices }.
    Accounts without real-name authentication: closed after { $unproven }, and the data deleted.
    Visits, orders and payments: for as long as the law requires. The record of who did what and when, with the full network address: also for as long as the law requires.
privacy-2026-11-30-7-title = 7. What is kept in your browser
privacy-2026-11-30-7-text =
    We use cookies to remember that you are logged in, this device, your language and elder mode. Your browser also keeps a key that confirms your device. The key never leaves your device.
    The visit code page of your next visit is also saved on this phone, so that you can show it without a network. It has the hospital, department, doctor, time and barcode, and whoever holds the phone can see it. It is deleted when the day of the visit is over or when you log out.
    After you sign up, your mobile number is kept encrypted in a cookie, so that you need not type it again to log in. It is deleted after 15 minutes.
    When you reset your login password, the name and ID number you entered are kept encrypted in a cookie. It is deleted when you are done, after 15 minutes at the latest.
    There are no cookies for advertising or tracking, and no analytics by other companies.
privacy-2026-11-30-8-title = 8. What you can do
privacy-2026-11-30-8-text =
    View: your orders, messages and devices are under “Me”. Correct: you can correct your name in real-name authentication.
    Withdraw: you can withdraw your consent to face checks on the face check page.
    To view, copy, correct or delete anything else, or to close your account, take your ID card to a service window or call 12333.
    For children under 14, a parent or other guardian acts.
privacy-2026-11-30-9-title = 9. Changes
privacy-2026-11-30-9-text =
    When there is a new version, we ask you to read it the next time you open one of your own pages. A new version never takes away rights that you have.
