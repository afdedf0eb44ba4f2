-- As what the insurer refused an attempt (payments::ports::Refusal), where its last move came of that. Until now a page read it
-- at the end of the text for people (note), which each later look overwrites.
ALTER TABLE pay_attempt ADD COLUMN refusal TEXT;

UPDATE pay_attempt SET refusal = SUBSTR(note, 10) WHERE kind = 'settle' AND state = 'failed' AND note IN (
  'refused: not_signed_in', 'refused: not_insured', 'refused: account_short', 'refused: settled_already',
  'refused: voided_already', 'refused: reversed_already', 'refused: cancelled', 'refused: no_visit',
  'refused: advice_changed', 'refused: another_region');
UPDATE pay_attempt SET refusal = 'other' WHERE kind = 'settle' AND state = 'failed' AND note LIKE 'refused: infcode %';
