# Devices, authentication by the card or a counter’s code, the service window’s desk.

devices-title = My devices
devices-detail = See where you are logged in or authenticated, and log devices out
devices-intro = These are the devices that you have authenticated or are logged in on. If you see one that you do not know, log it out and call 12333 as soon as you can.
devices-unknown = Another device
devices-here = This device
devices-only-logged-in = Logged in only, not authenticated
devices-seen = Last used: { $time }
devices-address = Network address: { $address }
devices-end-hint = A device that you log out must log in again. If you had completed real-name authentication on it, you must do that again too.
devices-end-others = Log out all other devices
devices-bound = Authenticated: { $time }
devices-end = Log out
flash-device-ended = That device has been logged out.
flash-devices-ended = All other devices have been logged out.
devices-end-label = Log out “{ $device }”

device-prove-title = Is this your device?
device-working = We are checking this device. Please wait; the page will continue automatically.
device-answer = Check again
device-moving = Your network or your browser has just changed
device-moving-text = Your network address may be changing, or your browser may have been updated, so the last confirmation could not be used. Please tap the button once more to confirm; for the next { $span } you will not need to tap again if the network address changes. If there is no button, please use an SMS code.
device-answer-moving = Confirm and continue
device-answer-refused = The check did not succeed. Please try again, or use an SMS code instead.
device-key-lost = This browser no longer has the key for this device; its data may have been cleared. Please confirm with an SMS code.
device-by-sms = Confirm with an SMS code
device-why = To protect your account, we need to make sure that it is you using this device before you continue.
device-sms-to = We will send the code to your mobile number { $mobile }.
device-no-mobile = Your account has no mobile number that we can use. Please go to a service window or call 12333.
device-never-tell = Do not tell the code to anyone. Our staff will never ask you for it.
device-code-submit = Confirm and continue
device-prove-title-payment = Confirm this payment
device-prove-title-log-out = First, show that it is you
device-why-payment = One SMS code confirms one payment only. To protect your money, this payment needs a new SMS code.
device-why-log-out = A login password alone cannot log other devices out. Confirm with an SMS code that it is you, then come back and tap “Log out”.
device-or-real-name = If you cannot receive text messages, you can complete real-name authentication on this device instead.
device-real-name = Go to real-name authentication

message-device-bound-title = Real-name authentication completed on a new device
message-device-bound-body = Real-name authentication in your name was completed on “{ $device }” ({ $told_at }), so that device can now be used for your affairs. If this was not you, log it out under “My devices” at once, change your login password, and call 12333.
message-device-ended-title = A device was logged out
message-device-ended-body = “{ $device }” was logged out ({ $told_at }) and must be authenticated again before it can be used. If this was not you, change your login password at once and call 12333.
message-device-by-sms-title = A device was confirmed with an SMS code
message-device-by-sms-body = “{ $device }” was confirmed with a code sent to your phone, without the device’s own key ({ $told_at }). If this was not you, log it out under “My devices” at once and call 12333.
message-counter-code-title = A service window issued a counter code for you
message-counter-code-body = A service window checked an ID document and issued a counter code in your name ({ $told_at }). If this was not you, call 12333 at once.

card-proof-title = Authenticate with your social security card
card-proof-intro = Enter the number of your own social security card (the plastic card). In the next step you confirm with an SMS code and your card PIN.
card-no-label = Card number
card-no-hint = 9 characters, on the front of your card; this is not the bank account number
card-pin-label = Card PIN
card-pin-hint = The 6 digits that belong to your plastic card. This is neither your login password nor your e-card payment password
card-proof-next = Next
card-proof-why = This counts the same as a face check. We only use the card PIN to check with the card system and do not keep it.
card-proof-counter = Use a counter code instead
card-proof-other-ways = See other ways to authenticate
card-proof-wrong = { $left ->
    [one] The card PIN is wrong. You can try once more today.
   *[other] The card PIN is wrong. You can try { $left } more times today.
}
card-proof-too-many = Too many tries. Please try again in { $time }, or use another way.
card-proof-locked = The PIN of this card is locked. Please take your ID card to a card service point to unlock it, or use another way.
card-proof-lost = This card has been reported lost and cannot be used to authenticate. Please use another way, or have the card replaced at a card service point.
card-proof-frozen = This card is frozen and cannot be used to authenticate. Please call 12333 or ask at a card service point.
card-proof-cancelled = This card has been cancelled or replaced. Please use the number of your new card.
card-proof-no-mobile = The card system has no mobile number for you, so we cannot send a code. Please take your ID card to a service window and ask for a counter code.
card-proof-other-card = This is not the social security card you use now. Please check the number (9 characters on the front). If your card has been replaced, use the number of the new one.
card-proof-not-found = The card system has no social security card under this name and ID number. Please check that the name is exactly as on your ID card. If you entered it wrongly, you can correct it first.
card-proof-down = The card system is not responding at the moment. This try does not count. Please try again in a while, or use another way.
card-proof-sms-to = We will send a code to the mobile number on record with the card system.
card-proof-sent = We have sent a code to the mobile number on record with the card system. It is valid for 5 minutes.
card-proof-phoned = The SMS code is correct. Now enter your card PIN.
card-proof-sent-to = We have sent a code to { $mobile }, the number on record with the card system. It is valid for 5 minutes.
card-proof-other-number = No longer using this number? Take your ID card to a service window to change it or to get a counter code.
card-proof-submit = Complete authentication
flash-code-sent = We have sent the code.
flash-code-too-early = Another text was sent a moment ago, so no code has been sent yet. Please tap “Get SMS code” in a little while.
flash-card-proof-gone = That took too long. Please enter your card number again.

counter-title = Authenticate with a counter code
counter-intro = Enter the 8-digit counter code that the clerk at the service window gave you.
counter-code-label = Counter code
counter-code-hint = 8 digits, valid for 15 minutes, can be used once
counter-submit = Complete authentication
counter-where = No counter code yet? Take your ID card to a service window. The clerk will check it and give you a code on the spot.

window-place = Service window
window-title = Issue counter codes
window-name-hint = Exactly as on the ID document
window-paper = Original document checked
window-paper-id-card = Resident ID card
window-paper-temporary-card = Temporary resident ID card
window-paper-household = Household register
window-paper-residence = Residence permit (Hong Kong, Macao, Taiwan)
window-paper-foreigner = Foreigner’s permanent residence card
window-purpose = Purpose
window-purpose-real-name = Real-name authentication
window-purpose-login-password = Forgotten login password
window-purpose-pay-password = Forgotten e-card payment password
window-number = ID number
window-submit = Person and document checked: issue a counter code
window-next = Clear for the next person
window-hide = Hide
window-keys = Enter: next field · digits: choose
window-until = Valid until { $time }, can be used once
window-tell = Tell the code to the person face to face. Do not enter it for them. If you issue another code, this one stops working

error-card-no = A social security card number has 9 letters and digits
error-card-pin = A card PIN has 6 digits
error-counter-code-refused = That did not work. The counter code may be wrong or expired, or there may have been too many wrong tries here. Please check the 8 digits. If they are right, ask the service window for a new code, or use a face check or your social security card instead
error-counter-code-format = A counter code has 8 digits
error-window-purpose = No purpose chosen
error-window-other-paper = This ID number does not belong to this kind of document. Please compare it with the document once more
error-window-other-name = The insurer has a different name for this ID number. Please compare it with the document once more. If the name on the document really has changed, the person must first have it updated at a medical insurance window
error-window-paper = No document chosen
