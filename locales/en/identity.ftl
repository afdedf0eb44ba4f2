# Sign-up, login, what is mine, messages, login at the desks.

mobile-label = Mobile number
code-label = SMS code
name-label = Name
name-hint = As on the identity card
id-number-label = ID number
id-number-hint = 18 characters, the last may be X; residence permits of Hong Kong, Macao and Taiwan residents and permanent resident cards of foreigners are fine too
password-label = Login password
password-new-label = Choose a login password
password-again-label = The login password again
password-hint = At least 8 characters of any kind; a few unrelated words are easy to remember. Not your ID number, mobile number or birthday
password-old-label = Your current login password
password-change-title = Change the login password
password-change-intro = After that, every other device has to log in again with the new password.
password-change-submit = Change the password
password-change-forgot = Forgot the password
password-old-wrong = { $left ->
    [one] This is not your password now; nothing was changed. One more wrong try and it is locked for a while.
   *[other] This is not your password now; nothing was changed. After { $left } more wrong tries it is locked for a while.
}
password-changed-elsewhere = The login password was changed somewhere else a moment ago, so nothing was changed here. Please use the new one. If it was not you, call 12333 at once.
password-locked = Too many tries. To protect the account, please try again in { $time }.
flash-password-changed = The login password is changed and every other device is signed out.

sms-send = Send me an SMS code
sms-resend = Nothing came? Send another code
sms-do-not-repeat = Please do not ask for codes again and again
sms-sent-to = A code was sent to { $mobile }. It is valid for 5 minutes.
sms-sent-again = Another code is on its way. Please use the latest one.
sms-wait = Too many codes were asked for. Please try again in { $time }. A code that is already on your phone works for 5 minutes.
sign-up-wait = There were too many tries from here. Please submit again in { $time }. What you filled in is still there. Please type the password again, and ask for a new code if the last one is more than 5 minutes old.
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
code-refused-wrong = { $left ->
    [one] That is not the code. You can try once more.
   *[other] That is not the code. You can try { $left } more times.
}
code-refused-killed = Too many wrong codes: this one no longer works. Please ask for another.
code-refused-expired = The code has expired. Please ask for another.
code-refused-gone = This code was used, or a newer one took its place. Use the latest, or ask for another.

sign-up-title = Sign up
sign-up-mobile-hint = For logging in and for notices
sign-up-have-account = Signed up before? Log in
sign-up-submit = Sign up
flash-sign-up-landed = Your details were handed in. Please log in with your mobile number and the password you just chose.
flash-code-gone = That code no longer works. Please ask for another.

login-title = Log in
login-ways = Ways to log in
login-by-password = Password
login-by-code = SMS code
login-name-label = ID number or mobile number
login-submit = Log in
login-sign-up = Sign up
login-help = If you cannot log in, call 12333 or bring your identity card to a service window.
login-mobile-hint = The number you signed up with
login-sent-to = If { $mobile } has an account, a code is on its way. It is valid for 5 minutes.
login-incomplete = Please fill in both the account and the password.
login-wrong = { $left ->
    [one] The account or the password is wrong. If you are not verified yet, log in with your mobile number. One more wrong try locks it for a while.
   *[other] The account or the password is wrong. If you are not verified yet, log in with your mobile number. { $left } more wrong tries lock it for a while.
}
login-locked = Too many tries. To protect the account, please try again in { $time }, or log in with an SMS code.
flash-signed-out = You are signed out.

me-title = Me
me-orders = My orders
me-orders-detail = Appointments: book, cancel, look back
me-unread = { $count } unread
me-password = Login password
me-password-detail = Change the password you log in with
me-sessions-detail = Where you are logged in; sign out from afar
me-elder-detail = Large text, large buttons, few choices
me-standard-detail = Back to the usual size
me-language = 中文
me-language-detail = Switch to Chinese
me-logout = Sign out

sessions-title = Signed-in devices
sessions-intro = If you do not know a device, sign it out and call 12333 soon.
sessions-unknown-device = Another device
sessions-seen = Last used: { $time }
sessions-here = This device
sessions-end = Sign out
sessions-end-others = Sign out everywhere else
flash-session-ended = That device is signed out.
flash-sessions-ended = All other devices are signed out.

messages-title = Messages
messages-unread = Unread:
messages-empty-title = No messages yet
messages-empty-text = Notices of bookings, cancellations and clinics called off appear here, and come by SMS too.
messages-older = Older messages
messages-open = Have a look
message-other-title = Notice
message-other-body = There is a notice for you. Please call 12333 for details.
message-sign-up-tried-title = Somebody tried to sign up with your details
message-sign-up-tried-body = On { $tried_at } somebody signed up with your ID number or mobile number. Your account has not changed. Without an identity check nobody sees anything of yours or does anything in your name. If it was you, log in as usual, or complete real-name authentication in the new account. If not, there is nothing to do; never tell anybody an SMS code.
message-number-taken-back-title = Accounts that used your ID number were ended
message-number-taken-back-body = { $count } accounts gave your ID number. Nobody had been authenticated in them and nothing was done with them. They were ended on { $told_at }, when you completed authentication. Questions? Call 12333.
message-account-moved-title = Your login has moved to a new mobile number and password
message-account-moved-body = On { $moved_at } you were authenticated in the account you had newly signed up. Its mobile number and password are your login from now on, and every device that was signed in before is signed out. If this was not you, call 12333 at once.

desk-login-title = Log in to the desk
desk-login-name = Staff login
desk-login-submit = Log in
desk-login-wrong = { $left ->
    [one] The login or the password is wrong. One more wrong try locks it for a while.
   *[other] The login or the password is wrong. { $left } more wrong tries lock it for a while.
}
desk-login-locked = Too many tries. Please try again in { $time }.
desk-second-factor-title = The desks are not open yet
desk-second-factor-text = In production, logging in to a desk needs a second factor, which is not available yet. Please ask your administrator.

error-mobile = Enter a mobile number of 11 digits
error-mobile-length = A mobile number has 11 digits; you entered { $what }
error-mobile-character = A mobile number cannot have “{ $what }” in it
error-mobile-landline = This is a landline, where no SMS arrives: enter a mobile number
error-mobile-foreign = For now only mobile numbers of mainland China work
error-mobile-start = Mobile numbers start with 13 to 19: please check
error-name-character = A name cannot have “{ $what }” in it
error-name-marks = Dots and hyphens stand between the letters of a name, one at a time
error-name-short = Enter your name, at least two characters
error-name-often = You have given many names today. Please try again tomorrow, or bring your identity card to a service window
error-name-long = A name has at most 50 characters
error-id-number = This ID number has a mistake in it: please check each character
error-id-number-form = An ID number has 18 characters: 17 digits, then a digit or X
error-id-number-length = An ID number has 18 characters; you entered { $what }
error-id-number-character = An ID number is 17 digits, then a digit or X; it cannot have “{ $what }” in it
error-id-number-start = No ID number starts like this: please check the first digits
error-id-number-birth = The date of birth in this ID number (characters 7 to 14) cannot be right: please check
error-id-number-old = Old numbers of 15 digits are no longer valid: enter the one of 18
error-code-format = The code has 6 digits
error-code-refused = The code was not accepted
error-password-short = The password needs at least 8 characters
error-password-long = The password may have at most 128 characters
error-password-old-empty = Please fill in your current login password
error-password-same = The new password is the same as the current one; please choose another
error-password-weak = This password is too easy to guess: choose another, for example a few unrelated words
error-password-personal = Leave your ID number, mobile number and birthday out of the password
error-password-again = The two passwords differ
