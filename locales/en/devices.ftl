# Devices, authentication by the card or a counter's code, the service window's desk.

devices-title = My devices
devices-intro = Real-name authentication holds only on the devices where you did it. If you do not know one, sign it out and call 12333 soon.
devices-empty-title = No device yet
devices-empty-text = Once you have done real-name authentication on this device, it appears here.
devices-bound = Authenticated: { $time }
devices-end = Sign out
flash-device-ended = That device is signed out; it has to be authenticated again before anything can be done on it.

device-prove-title = Is this your device?
device-working = Checking this device. Please wait; the page goes on by itself.
device-answer = Check again
device-answer-refused = The check did not succeed. Please try again, or use a code by SMS.
device-key-lost = This browser does not have the device's key any more; its data may have been cleared. Please use a code by SMS.
device-by-sms = Use a code by SMS
device-why = To protect your account, we make sure that it is you on this device before we go on.
device-sms-to = The code goes to your phone { $mobile }.
device-no-mobile = Your account has no mobile number that can be used. Please come to a service window or call 12333.
device-never-tell = Tell the code to nobody; our staff never ask for it.
device-code-submit = Confirm and go on

message-device-bound-title = A new device was authenticated
message-device-bound-body = On { $told_at }, “{ $device }” completed real-name authentication for you and can now be used. If that was not you, sign it out under “My devices” at once, change your login password, and call 12333.
message-device-by-sms-title = A device was confirmed by SMS
message-device-by-sms-body = On { $told_at }, “{ $device }” was confirmed with a code sent to your phone instead of the device's key. If that was not you, sign it out under “My devices” at once and call 12333.
message-counter-code-title = A service window gave a code for you
message-counter-code-body = On { $told_at }, a service window checked papers and gave a code for authentication in your name. If you were not there, call 12333 at once.

card-proof-title = Authenticate with the card
card-proof-intro = Enter the number of your own social-security card (the plastic one). Next you confirm it by a text message and the card password.
card-no-label = Card number
card-no-hint = 9 characters, on the front of the card; not the bank account
card-pin-label = Card password
card-pin-hint = 6 digits, the password of the plastic card; neither your login password nor that of the electronic card
card-proof-next = Next
card-proof-why = This counts as much as a face check. The password is only checked with the card system and never kept.
card-proof-counter = Use a code from a counter instead
card-proof-other-ways = See the other ways
card-proof-wrong = The card password is wrong. You can try { $left } more times today.
card-proof-too-many = Too many tries. Please try again in { $time }, or use another way.
card-proof-locked = The password of this card is locked. Please take your ID card to a card service point to unlock it, or use another way.
card-proof-lost = This card was reported lost and cannot be used. Please use another way, or have it replaced at a card service point.
card-proof-frozen = This card is frozen and cannot be used. Please call 12333 or ask at a card service point.
card-proof-cancelled = This card was given up or replaced. Please use the number of the new card.
card-proof-no-mobile = The card system has no mobile number of yours, so no code can be sent. Please bring your identity card to a service window and ask for a counter code.
card-proof-other-card = This is not the card you use now. Please compare the number (9 characters on the front); if your card was replaced, use the new one.
card-proof-not-found = The card system has no card under this name and ID number. Please compare the name with your identity card; if it was typed wrong, correct it first.
card-proof-down = The card system does not answer at the moment; this try does not count. Please try again in a while, or use another way.
card-proof-sms-to = The code will go to the mobile number that the card system has on record.
card-proof-sent = A code was sent to the mobile number that the card system has on record. It is good for 5 minutes.
card-proof-phoned = The code was right. Now enter the card password.
card-proof-sent-to = The code was sent to { $mobile }, the number the card system has on record. It is good for 5 minutes.
card-proof-other-number = You do not use this number any more? Take your ID card to a service window to change it, or get a code there.
card-proof-submit = Finish
flash-code-sent = The code is on its way.
flash-card-proof-gone = That took too long. Please enter the card number again.

counter-title = Authenticate with a counter's code
counter-intro = Please enter the 8-digit code that the clerk at the service window gave you.
counter-code-label = Counter's code
counter-code-hint = 8 digits, good for 15 minutes, once
counter-submit = Finish
counter-where = No code yet? Take your ID card to a social security service window; the clerk checks it and gives you one there.
counter-code-refused = The code is wrong or no longer good. After 5 wrong tries it is void; please check it, or ask the window for another.

window-place = Service window
window-title = Codes for authentication
window-name-hint = As on the paper
window-paper = Original paper you checked
window-paper-id-card = Resident ID card
window-paper-temporary-card = Temporary resident ID card
window-paper-household = Household register
window-paper-residence = Residence permit (Hong Kong, Macao, Taiwan)
window-paper-foreigner = Foreigner's permanent residence card
window-purpose = What for
window-purpose-real-name = Real-name authentication
window-purpose-login-password = Forgotten login password
window-purpose-pay-password = Forgotten password of the electronic card
window-submit = Person and paper checked: give a code
window-until = Good until { $time }, once
window-tell = Tell the code to the person face to face; do not enter it for them. Another code makes this one void.

error-card-no = A card number has 9 letters and digits
error-card-pin = A card password has 6 digits
error-counter-code-format = A counter's code has 8 digits
error-window-purpose = Please choose what it is for
error-window-paper = Please choose the paper you checked
