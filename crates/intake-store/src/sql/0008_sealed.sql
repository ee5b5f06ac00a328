-- The entries whose words are sealed (`"sealed":"`), few among many: found when their readers change.
CREATE INDEX journal_sealed ON journal (epoch, seq) WHERE instr(personal, x'227365616c6564223a22') > 0;
