"""Who lives in a district: believable people, or the invented and awkward ones that every reader has to survive.

Nobody here is a real person: given names and family names are combined at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.names import AWKWARD, FAMILY, GIVEN, TOWNS

if TYPE_CHECKING:
    import random

_GIRLS: Final = (
    "Abigail", "Alexis", "Allison", "Alyssa", "Amelia", "Andrea", "Angela", "Aria", "Ashley", "Audrey", "Autumn", "Ava",
    "Bella", "Brianna", "Brooke", "Camila", "Caroline", "Charlotte", "Chloe", "Claire", "Daniela", "Delaney", "Eleanor",
    "Elena", "Eliana", "Ella", "Emily", "Emma", "Evelyn", "Faith", "Gabriella", "Grace", "Hailey", "Hannah", "Harper",
    "Isabella", "Jasmine", "Jenna", "Jordan", "Julia", "Katherine", "Kayla", "Kennedy", "Layla", "Leah", "Lillian",
    "Lucia", "Lucy", "Mackenzie", "Madison", "Maria", "Maya", "Megan", "Mia", "Mariah", "Naomi", "Natalie", "Nora",
    "Olivia", "Paige", "Priya", "Rachel", "Riley", "Ruby", "Sadie", "Samantha", "Sara", "Savannah", "Sofia", "Stella",
    "Taylor", "Valeria", "Vanessa", "Victoria", "Violet", "Zoe",
)  # fmt: skip
_BOYS: Final = (
    "Aaron", "Adam", "Adrian", "Aiden", "Alejandro", "Alexander", "Andre", "Andrew", "Anthony", "Austin", "Benjamin",
    "Brandon", "Caleb", "Cameron", "Carlos", "Carter", "Charles", "Christian", "Connor", "Daniel", "David", "Diego",
    "Dominic", "Dylan", "Elijah", "Ethan", "Evan", "Gabriel", "Gavin", "Grayson", "Henry", "Hunter", "Ian", "Isaac",
    "Isaiah", "Jack", "Jackson", "Jacob", "James", "Jaden", "Jeremiah", "Jesus", "Jonathan", "Jose", "Joseph", "Joshua",
    "Juan", "Julian", "Justin", "Kevin", "Landon", "Leo", "Levi", "Liam", "Logan", "Lucas", "Luis", "Malik", "Marcus",
    "Mateo", "Matthew", "Miguel", "Nathan", "Nicholas", "Noah", "Oliver", "Omar", "Owen", "Parker", "Robert", "Ryan",
    "Samuel", "Sebastian", "Thomas", "Tyler", "Victor", "William", "Wyatt", "Xavier", "Zachary",
)  # fmt: skip
_FAMILIES: Final = (
    "Adams", "Aguilar", "Ali", "Allen", "Alvarez", "Anderson", "Bailey", "Baker", "Barnes", "Bell", "Bennett", "Brooks",
    "Brown", "Bryant", "Butler", "Campbell", "Carter", "Castillo", "Castro", "Chavez", "Chen", "Clark", "Coleman",
    "Collins", "Cook", "Cooper", "Cox", "Cruz", "Davis", "Delgado", "Diaz", "Edwards", "Ellis", "Evans", "Fisher",
    "Flores", "Foster", "Garcia", "Gibson", "Gomez", "Gonzalez", "Graham", "Gray", "Green", "Griffin", "Gutierrez",
    "Hall", "Hamilton", "Harris", "Harrison", "Hayes", "Henderson", "Hernandez", "Hill", "Howard", "Hughes", "Jackson",
    "James", "Jenkins", "Jimenez", "Johnson", "Jones", "Jordan", "Kelly", "Khan", "Kim", "King", "Lee", "Lewis", "Long",
    "Lopez", "Marshall", "Martin", "Martinez", "McDonald", "Mendoza", "Miller", "Mitchell", "Moore", "Morales",
    "Morgan", "Morris", "Murphy", "Murray", "Myers", "Nelson", "Nguyen", "O'Connor", "Ortiz", "Owens", "Park", "Parker",
    "Patel", "Patterson", "Perez", "Perry", "Peterson", "Phillips", "Powell", "Price", "Ramirez", "Ramos", "Reed",
    "Reyes", "Reynolds", "Richardson", "Rivera", "Roberts", "Robinson", "Rodriguez", "Rogers", "Romero", "Ross", "Ruiz",
    "Russell", "Ryan", "Sanchez", "Sanders", "Schmidt", "Scott", "Shah", "Simmons", "Singh", "Smith", "Stevens",
    "Stewart", "Sullivan", "Taylor", "Thomas", "Thompson", "Torres", "Tran", "Turner", "Vargas", "Vasquez", "Walker",
    "Ward", "Washington", "Watson", "West", "White", "Williams", "Wilson", "Wood", "Wright", "Young",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """Where the names of a district come from.

    Attributes:
        given, family: the names, which are combined at random.
        girls, boys: of the given names, whose they are; empty where that is left open.
        awkward: the names of the first students of all.
        towns: town and postal code.
        doctor: the name of every doctor.
        principal: the name of every principal.
        new_school: how a school that has just opened is called, after its word.

    """

    given: tuple[str, ...]
    family: tuple[str, ...]
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    awkward: tuple[tuple[str | None, str, str], ...]
    towns: tuple[tuple[str, str], ...]
    doctor: str
    principal: str
    new_school: str

    def gender(self, first: str | None, drawn: str) -> str:
        """The gender that goes with a given name; the drawn one where names leave it open."""
        if not self.girls:
            return drawn
        return "F" if first in self.girls else "M"

    def parent(self, rng: random.Random, relation: int) -> str:
        """The given name of a contact; the first two relations are mother and father."""
        return rng.choice((self.girls, self.boys)[relation] if self.girls and relation < 2 else self.given)


# A name that must never become part of a path, nor be shown as markup.
ODD: Final = People(
    GIVEN, FAMILY, (), (), AWKWARD, TOWNS, "Dr. Test", "P. Demo", '..\\{word}/K-8 Academy: "Phase <2>".'
)
BELIEVABLE: Final = People(
    (*_GIRLS, *_BOYS),
    _FAMILIES,
    _GIRLS,
    _BOYS,
    (),
    (("Fairview", "60601"), ("Marlow Falls", "60602"), ("Quillby", "60603"), ("North Fairview", "60604")),
    "Dr. Harris",
    "M. Bennett",
    "{word} K-8 Academy",
)
