"""Invented names in many languages, and awkward ones that every reader of a district must survive.

Nobody here is a real person: given names and family names are combined at random.
"""

from __future__ import annotations

from typing import Final

GIVEN: Final = (
    "Ada", "Adrián", "Agnieszka", "Aiko", "Aisha", "Alejandra", "Amélie", "Amina", "Ana", "Anaïs", "Ángel", "Anh",
    "Arjun", "Asha", "Åsa", "Astrid", "Aylin", "Beatriz", "Benedek", "Björn", "Bronisław", "Camila", "Carlos",
    "Çağla", "Chiara", "Chidi", "Chloé", "Ciarán", "Dalisay", "Daniela", "Đức", "Dmitri", "Ebony", "Eilidh", "Elif",
    "Emeka", "Emil", "Emma", "Esperanza", "Ezra", "Fatima", "Femi", "Fiona", "François", "Freya", "Gabriel", "Gaël",
    "Giulia", "Grace", "Gülşen", "Hana", "Hannah", "Hassan", "Hải", "Henrik", "Ibrahim", "Imani", "Inés", "Ingrid",
    "Isaac", "Isla", "Iván", "Jamal", "Jana", "Jasmine", "Javier", "Jia", "João", "Jonas", "José", "Juan Carlos",
    "Kaleo", "Kamala", "Karim", "Katya", "Keanu", "Keiko", "Kwame", "Lakshmi", "Lars", "Latoya", "Leila", "Léo",
    "Liam", "Linh", "Lucía", "Luka", "Łukasz", "Mae", "Mahmoud", "Maja", "Malik", "Maren", "María José", "Mateo",
    "Mei", "Mila", "Minh", "Mohammed", "Moses", "Nadia", "Naomi", "Ngọc", "Niamh", "Nikola", "Noa", "Noor", "Nuria",
    "Oksana", "Olivia", "Omar", "Oscar", "Paloma", "Petra", "Phúc", "Priya", "Quang", "Rafael", "Rania", "Renée",
    "Ruth", "Saoirse", "Seán", "Šárka", "Sofía", "Søren", "Suki", "Tamika", "Tariq", "Thảo", "Tomás", "Tunde", "Uma",
    "Valentina", "Vanja", "Víctor", "Wei", "Xiu Ying", "Ximena", "Yasmin", "Yusuf", "Zahra", "Zoë", "Žofie",
)  # fmt: skip

FAMILY: Final = (
    "Abara", "Adeyemi", "Ågren", "Almeida", "Alvarez", "Andersson", "Ashworth", "Aydın", "Bakker", "Banerjee",
    "Barros", "Begum", "Bianchi", "Blackfeather", "Blomqvist", "Boateng", "Brennan", "Bui", "Castillo", "Çelik",
    "Chakraborty", "Chaudhry", "Chen", "Cho", "Cohen", "Connolly", "Cruz", "D'Angelo", "Dąbrowski", "Dang",
    "de la Cruz", "De Vries", "Delgado", "Demir", "Diallo", "Đặng", "Eriksen", "Espinoza", "Farouk", "Fernández",
    "Fitzwilliam", "Flores", "Foster", "Fournier", "Gallagher", "García-López", "Goldberg", "Gonçalves", "Grewal",
    "Guðmundsdóttir", "Gutiérrez", "Haddad", "Hansen", "Hayashi", "Herrera", "Hoang", "Horvat", "Huynh", "Ibáñez",
    "Iyer", "Jankauskas", "Jiménez", "Johansson", "Kamau", "Kaplan", "Kaur", "Kealoha", "Kim", "Kowalczyk", "Krüger",
    "Kuznetsova", "Lambert", "Le", "Lefèvre", "Lindqvist", "Lombardi", "Lopes", "Mac Giolla", "Mahlangu", "Marković",
    "Martínez", "Mbeki", "McAllister", "Mendoza", "Mehta", "Moreau", "Müller", "Mwangi", "Nakamura", "Ndiaye", "Ng",
    "Nguyễn", "Nilsen", "Novák", "Núñez", "O'Brien", "O’Sullivan", "Okafor", "Okonkwo", "Oliveira", "Øst", "Ortega",
    "Osei", "Owusu", "Park", "Patel", "Pereira", "Petrov", "Phạm", "Quintero", "Rahman", "Ramírez", "Redcloud",
    "Reyes", "Rivera", "Rossi", "Saito", "Salazar", "Santos", "Schmidt-Weiß", "Sharma", "Silva", "Singh", "Smythe",
    "Šimunić", "St. Clair", "Stoltz", "Takahashi", "Tanaka", "Tran", "Trương", "Tupou", "Uddin",
    "Van den Berg", "Vargas", "Vasić", "Sørensen",
    "Villanueva", "Võ", "Wójcik", "Wang", "Washington-Bell", "Weaver", "Yamamoto", "Yılmaz",
    "Zamora", "Zhang", "Żak", "Zubiri",
)  # fmt: skip

#: (first name, last name, purpose). The first students of every district have these names.
AWKWARD: Final[tuple[tuple[str | None, str, str], ...]] = (
    ("Siobhán", "O'Connor-Þór", "apostrophe, hyphen and letters outside Latin-1 files"),
    ("美咲", "渡辺", "Han characters"),
    ("지우", "김", "Hangul"),
    ("ليلى", "الفهد", "Arabic, right to left"),
    ("נועה", "בר-לב", "Hebrew, right to left"),
    ("Thị Mỹ Duyên", "Nguyễn Phước", "Vietnamese with stacked marks"),
    ("Олександра", "Щербак", "Cyrillic"),
    ("Ελένη", "Παππά", "Greek"),
    ("Sunny 🌻", "Bloom", "an emoji"),
    ("👩‍👩‍👧‍👦", "Family-Emoji", "an emoji of several code points"),
    ("Test", "Null", "a word that programs take for a value"),
    ("True", "False", "a word that programs take for a value"),
    ("N/A", "None", "a word that programs take for a value"),
    ("Zo\u00eb", "Twin", "composed form (NFC); the next one looks the same"),
    ("Zoe\u0308", "Twin", "decomposed form (NFD)"),
    ("=cmd|'/C calc'!A0", "Formula", "a spreadsheet formula"),
    ("+1", "Plus", "starts with a plus sign"),
    ("-1", "Minus", "starts with a minus sign"),
    ("@x", "At", "starts with an at sign"),
    ("\tTab", "Leading", "starts with a tab"),
    ("\u200b", "Zerowidth", "looks empty: a zero-width space"),
    (" ", "Blank", "a single blank"),
    (None, "Noname", "no first name at all"),
    ("<b>Bold</b>", "<script>alert(1)</script>", "HTML in a name"),
    ('<a href="file:///etc/hosts">x</a>', "Link", "a link in a name"),
    ("\u202eredro", "Override", "changes the direction of writing"),
    ("\ufeffBom", "Marked", "starts with a byte order mark"),
    ("Line\u2028Sep", "Vertical\x0bTab", "separators that are no line feeds"),
    ("1e5", "007", "looks like a number"),
    ("X", "W" * 50, "as long as the column allows"),
    ("José  María", "De  La  Rosa", "two blanks in a row"),
    ("İpek", "Işık", "letters whose lower case depends on the language"),
)  # fmt: skip

STREETS: Final = ("Elm", "Birch", "Heron", "Quarry", "Mill", "Orchard", "Juniper", "Foundry", "Harbor", "Prairie")
TOWNS: Final = (("Testville", "60601"), ("Marlow Falls", "05301"), ("Quillby", "85250"), ("North Demo", "00987"))
SCHOOL_WORDS: Final = (
    "Maple", "Cedar", "Riverside", "Prairie", "Foxglove", "Granite", "Willow", "Harbor", "Meadow", "Aspen",
    "Larkspur", "Juniper", "Summit", "Clearwater", "Kestrel", "Orchard", "Bluebird", "Lantern", "Thistle", "Copper",
)  # fmt: skip
