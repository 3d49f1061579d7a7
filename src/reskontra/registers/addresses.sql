-- How the address of each of the ``asked`` suppliers may stand in a payment (EX 9-b). Parameters: free_lines, unstructured
-- (yes or no: the terms of the day), longest_line. The caller fills in which suppliers are asked about.
--
-- form: none, structured (fields of its own), hybrid (town and country in fields, the rest in free lines) or unstructured
-- (lines that nobody has told apart; what fields there are go before them). wrong: the rules that it breaks, in order.
-- address: what becomes of it in a payment. It goes along abroad only, and never that of a person.
SELECT judged.id AS supplier_id, judged.form, judged.lines, judged.wrong,
  CASE WHEN judged.country = 'FI' OR judged.kind IN ('person', 'foreign_person') THEN 'not_needed'
       WHEN judged.form = 'none' THEN 'none'
       WHEN judged.wrong <> '{{}}' THEN 'not_payable'
       ELSE judged.form END AS address
FROM (SELECT formed.*, CASE WHEN formed.form = 'none' THEN '{{}}' ELSE array_remove(ARRAY[
          CASE WHEN formed.form = 'unstructured' AND %(unstructured)s <> 'yes' THEN 'supplier_address_unsorted' END,
          CASE WHEN formed.form = 'structured' AND formed.town = '' THEN 'supplier_town_missing' END,
          CASE WHEN formed.country !~ '^[A-Z]{{2}}$' THEN 'supplier_country_wrong' END,
          CASE WHEN cardinality(formed.lines) > %(free_lines)s THEN 'supplier_address_lines' END,
          CASE WHEN EXISTS (SELECT FROM unnest(formed.lines) line WHERE length(line) > %(longest_line)s)
               THEN 'supplier_address_line_long' END
        ]::text[], NULL) END AS wrong
      FROM (SELECT told.id, told.kind, told.country, told.town,
              CASE WHEN told.free = '{{}}' AND told.street || told.postcode || told.town = '' THEN 'none'
                   WHEN told.free = '{{}}' THEN 'structured'
                   WHEN told.town <> '' THEN 'hybrid'
                   ELSE 'unstructured' END AS form,
              CASE WHEN told.free <> '{{}}' AND told.town = ''
                   THEN array_remove(ARRAY[told.street, told.postcode], '') || told.free
                   ELSE told.free END AS lines
            FROM (SELECT s.id, s.kind, s.country, btrim(s.street) AS street, btrim(s.postcode) AS postcode,
                    btrim(s.town) AS town,
                    CASE WHEN s.address_lines = '' THEN '{{}}'::text[]
                         ELSE ARRAY(SELECT btrim(part.line, E' \t')
                                    FROM regexp_split_to_table(s.address_lines, E'[\r\n]+')
                                         WITH ORDINALITY AS part(line, place)
                                    WHERE part.line ~ '\S' ORDER BY part.place) END AS free
                  FROM {asked} s) told) formed) judged
