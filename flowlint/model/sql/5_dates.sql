-- Outcome dates are written as people write: a day, a month, a quarter, half a year or a year. The last day of what is
-- named counts. What could be read in two ways gives the later day; what names two dates, or a fiscal year, gives none.

CREATE TABLE m_month (name VARCHAR, month INTEGER);
INSERT INTO m_month
SELECT DISTINCT unnest(string_split(names, ' ')), month FROM (VALUES
    (1, 'january jan januar jänner jän janvier janv enero ene janeiro gennaio gen januari januar styczeń stycznia sty январь января янв ocak oca leden ledna'),
    (2, 'february feb februar februari février févr fév fevrier febrero fevereiro fev febbraio luty lutego lut февраль февраля фев şubat şub únor února'),
    (3, 'march mar märz mär mrz maart mrt mars marzo março marco marzec marca март марта мар mart březen března'),
    (4, 'april apr avril avr abril abr aprile kwiecień kwietnia kwi апрель апреля апр nisan nis duben dubna'),
    (5, 'may mai mei maj maio mayo maggio mag maja май мая mayıs květen května'),
    (6, 'june jun juni juin junio junho giugno giu czerwiec czerwca cze июнь июня июн haziran haz červen června'),
    (7, 'july jul juli juillet juil julio julho luglio lug lipiec lipca lip июль июля июл temmuz tem červenec července'),
    (8, 'august aug augustus août aout agosto ago augusti sierpień sierpnia sie август августа авг ağustos ağu srpen srpna'),
    (9, 'september sep sept septembre septiembre setembro settembre set wrzesień września wrz сентябрь сентября сен eylül eyl září'),
    (10, 'october oct oktober okt octobre octubre outubro out ottobre ott październik października paź октябрь октября окт ekim eki říjen října'),
    (11, 'november nov novembre noviembre novembro listopad listopada lis ноябрь ноября ноя kasım kas listopadu'),
    (12, 'december dec dezember dez décembre déc decembre diciembre dic dezembro dicembre dic grudzień grudnia gru декабрь декабря дек aralık ara prosinec prosince')
) AS months (month, names);

CREATE TABLE m_outcome_due AS
WITH written AS (
    SELECT v.n, {due} AS due FROM m_values v WHERE trim(coalesce(v.outcome_due_text, '')) <> ''
),
bare AS (
    -- Planning tools keep a period as {"start": …, "end": …}. Words like "by the end of" change nothing.
    SELECT n, CASE WHEN starts_with(due, '{') THEN regexp_extract(due, '"end": ?"([0-9-]+)"', 1)
        ELSE regexp_extract(due, '^(?:(?:by|due|on|in|of|the|end|until|till|before|within|during|at|mid|early|late|beginning|start|latest|bis|ende|mitte|anfang|spätestens|im|zum|des|'
            || 'fin|de|du|fin de|d''ici|avant|mi|début|a|finales|finales de|antes|hasta|fim|final|até|do|entro|fine|la|di|eind|uiterlijk|voor|koniec|końca|końcem|до|к|конец|конца|slutet|av|senast|före)[ -])*'
            || '(.*?)(?: (?:latest|at the latest|г|года|году|r|roku|eod|sonu))?[ .,;!]*$', 1) END AS t
    FROM written WHERE length(due) < 80
),
part AS (
    SELECT n,
        regexp_extract(t, '^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[t ][0-9]{1,2}:[0-9]{2}[^ ]*(?: [ap]m)?)?$', ['y', 'm', 'd']) AS iso,
        regexp_extract(t, '^([0-9]{1,2})[.] ?([0-9]{1,2})[.] ?((?:20)?[0-9]{2})$', ['d', 'm', 'y']) AS dotted,
        regexp_extract(t, '^([0-9]{1,2})[/-]([0-9]{1,2})[/-](20[0-9]{2})$', ['a', 'b', 'y']) AS slashed,
        regexp_extract(t, '^([0-9]{1,2})(?:st|nd|rd|th|er|[.])?[ /-]?(?:de |of )?([^ 0-9/.,-]+)[.,]?[ /-]?(?:de |of )?((?:20)?[0-9]{2})$', ['d', 'n', 'y']) AS day_month,
        regexp_extract(t, '^([^ 0-9/.,-]+)[.]? ([0-9]{1,2})(?:st|nd|rd|th)?,? (20[0-9]{2})$', ['n', 'd', 'y']) AS month_day,
        regexp_extract(t, '^([^ 0-9/.,-]+)[.,]?[ /-](?:de |of )?((?:20)[0-9]{2})$', ['n', 'y']) AS named,
        regexp_extract(t, '^([0-9]{1,2})[/.-](20[0-9]{2})$', ['m', 'y']) AS month_first,
        regexp_extract(t, '^(20[0-9]{2})[/.-]([0-9]{1,2})$', ['y', 'm']) AS year_first,
        regexp_extract(t, '^(20[0-9]{2}) ?[年년] ?([0-9]{1,2}) ?[月월](?: ?([0-9]{1,2}) ?[日일号])?[末底까지]*$', ['y', 'm', 'd']) AS cjk,
        regexp_extract(t, '^(?:q|t|quarter |quartal |trimestre |trim[.]? )([1-4])(?: of| de)?[ /,.''’-]*((?:20)?[0-9]{2})$', ['q', 'y']) AS quarter_first,
        regexp_extract(t, '^(20[0-9]{2})[ /-]*(?:q|t)([1-4])$', ['y', 'q']) AS quarter_last,
        regexp_extract(t, '^([1-4])(?:st|nd|rd|th|er|e|[.])? ?(?:q|quarter|quartal|trimestre|kwartał|kwartaal|кв[.]?|квартал)(?: of| de)?[ /,.''’-]*((?:20)?[0-9]{2})$', ['q', 'y']) AS quarter_counted,
        regexp_extract(t, '^(first|second|third|fourth) quarter(?: of)? (20[0-9]{2})$', ['q', 'y']) AS quarter_said,
        regexp_extract(t, '^(?:h([12])|([12])h)[ /,.''’-]*((?:20)?[0-9]{2})$', ['a', 'b', 'y']) AS half_first,
        regexp_extract(t, '^(20[0-9]{2})[ /-]*h([12])$', ['y', 'h']) AS half_last,
        regexp_extract(t, '^(20[0-9]{2})[年년]?[末底]?$', 1) AS only_year
    FROM bare
),
said AS (
    -- Parts of the forms that do not fit are empty texts. "3Q25" fits two, as a day of the month Q and as a quarter.
    SELECT p.n,
        right(concat('20', p.iso.y, p.dotted.y, p.slashed.y, p.day_month.y, p.month_day.y, p.named.y, p.month_first.y, p.year_first.y, p.cjk.y,
            p.quarter_first.y, p.quarter_last.y, p.quarter_counted.y, p.quarter_said.y, p.half_first.y, p.half_last.y, p.only_year), 2) AS yy,
        coalesce(
            try_cast(concat(p.iso.m, p.dotted.m, p.month_first.m, p.year_first.m, p.cjk.m) AS INTEGER),
            w.month,
            3 * try_cast(concat(p.quarter_first.q, p.quarter_last.q, p.quarter_counted.q) AS INTEGER),
            CASE p.quarter_said.q WHEN 'first' THEN 3 WHEN 'second' THEN 6 WHEN 'third' THEN 9 WHEN 'fourth' THEN 12 END,
            6 * try_cast(concat(p.half_first.a, p.half_first.b, p.half_last.h) AS INTEGER),
            CASE WHEN p.only_year <> '' THEN 12 END) AS month,
        try_cast(concat(p.iso.d, p.dotted.d, p.cjk.d, CASE WHEN w.month IS NOT NULL THEN concat(p.day_month.d, p.month_day.d) END) AS INTEGER) AS day,
        try_cast(p.slashed.a AS INTEGER) AS a, try_cast(p.slashed.b AS INTEGER) AS b
    FROM part p LEFT JOIN m_month w ON w.name = concat(p.day_month.n, p.month_day.n, p.named.n)
)
SELECT n, CASE
    WHEN a IS NOT NULL THEN greatest(try_cast(concat('20', yy, '-', a, '-', b) AS DATE), try_cast(concat('20', yy, '-', b, '-', a) AS DATE))
    WHEN day IS NOT NULL THEN try_cast(concat('20', yy, '-', month, '-', day) AS DATE)
    ELSE last_day(try_cast(concat('20', yy, '-', month, '-1') AS DATE)) END AS last_day
FROM said;
