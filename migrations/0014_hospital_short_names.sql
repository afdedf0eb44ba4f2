-- short: how people call the hospital (市一院); searched as well. Until now it stood between the two names in the words
-- that a search looks into, and only there.
-- initials: from now on pinyin and its initials, from each character on; health.search_words brings rows up to date.
ALTER TABLE hospital ADD COLUMN short TEXT NOT NULL DEFAULT '';
UPDATE hospital SET short = SUBSTR(search, LENGTH(name) + 2, LENGTH(search) - LENGTH(name) - LENGTH(name_en) - 2)
  WHERE LENGTH(search) > LENGTH(name) + LENGTH(name_en) + 2;
