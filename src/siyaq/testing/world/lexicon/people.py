"""Invented people: given names with their grammatical gender, and families that do not exist."""

from __future__ import annotations

from typing import Literal, NamedTuple

from siyaq.testing.world.words import Word


class Given(NamedTuple):
    """A given name. Arabic verbs must agree with it, so it carries its gender."""

    name: Word
    gender: Literal["m", "f"]


GIVEN: tuple[Given, ...] = (
    Given(Word("Salim", "سليم"), "m"),
    Given(Word("Huda", "هدى"), "f"),
    Given(Word("Rami", "رامي"), "m"),
    Given(Word("Nawal", "نوال"), "f"),
    Given(Word("Idris", "إدريس"), "m"),
    Given(Word("Samar", "سمر"), "f"),
    Given(Word("Tariq", "طارق"), "m"),
    Given(Word("Lina", "لينا"), "f"),
    Given(Word("Bashir", "بشير"), "m"),
    Given(Word("Rula", "رلى"), "f"),
    Given(Word("Anton", "أنطون"), "m"),
    Given(Word("Maria", "ماريا"), "f"),
    Given(Word("Edwin", "إدوين"), "m"),
    Given(Word("Clara", "كلارا"), "f"),
    Given(Word("Farid", "فريد"), "m"),
    Given(Word("Dalia", "داليا"), "f"),
    Given(Word("Hugo", "هوغو"), "m"),
    Given(Word("Nadine", "نادين"), "f"),
    Given(Word("Karim", "كريم"), "m"),
    Given(Word("Suha", "سهى"), "f"),
    Given(Word("Martin", "مارتن"), "m"),
    Given(Word("Elena", "إيلينا"), "f"),
    Given(Word("Yusuf", "يوسف"), "m"),
    Given(Word("Amal", "أمل"), "f"),
    Given(Word("Oscar", "أوسكار"), "m"),
    Given(Word("Reem", "ريم"), "f"),
    Given(Word("Jamal", "جمال"), "m"),
    Given(Word("Ingrid", "إنغريد"), "f"),
    Given(Word("Walid", "وليد"), "m"),
    Given(Word("Hanna", "حنّة"), "f"),
)

FAMILIES: tuple[Word, ...] = (
    Word("Darwazan", "دروازان"),
    Word("Qasrawin", "قصراوين"),
    Word("Melhawar", "ملهاور"),
    Word("Tarnuhi", "ترنوحي"),
    Word("Brackwell-Osh", "براكويل أوش"),
    Word("Zumrawi", "زمراوي"),
    Word("Hartevane", "هارتفين"),
    Word("Lumazin", "لمازين"),
    Word("Sorbello-Vint", "سوربيلو فينت"),
    Word("Nahrawand", "نهراوند"),
    Word("Ghusayn-Rafd", "غصين رفد"),
    Word("Pemberlock", "بيمبرلوك"),
    Word("Harubani", "حروباني"),
    Word("Vasterholm", "فاسترهولم"),
    Word("Kandalur", "كندلور"),
    Word("Yalinov", "يالينوف"),
    Word("Dunfarran", "دنفرّان"),
    Word("Asmarqandi", "أسمرقندي"),
    Word("Fellwright", "فيلرايت"),
    Word("Rihawand", "رحاوند"),
    Word("Tolmarin", "تولمارين"),
    Word("Shahbouni", "شهبوني"),
    Word("Crestavel", "كريستافيل"),
    Word("Jurfani", "جرفاني"),
    Word("Wendelmoor", "ويندلمور"),
    Word("Bulqazem", "بلقازم"),
)

NICKNAMES: tuple[str, ...] = (
    "olive", "lantern", "harbor", "sparrow", "cedar", "copper", "drizzle", "saffron", "pebble",
    "kettle", "meadow", "falcon", "paper", "quiet", "late", "sunny", "lemon", "window", "moss",
    "river", "amber", "button", "cloud", "mint", "walnut", "velvet", "salt", "ember", "indigo",
)  # fmt: skip
