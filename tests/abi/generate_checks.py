#!/usr/bin/env python3
"""Writes the C++ program that compares the public headers with api_facts.json.

    generate_checks.py FACTS.json OUT.cpp

Sizes, offsets and enumerators become static assertions. The slots of virtual methods are read at run time
from pointers to members, which in the Itanium C++ ABI hold an offset into the virtual table.
"""

import json
import sys
from pathlib import Path

PROLOGUE = """// Written by generate_checks.py; do not edit.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>

%(includes)s
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace {

struct SlotFact {
  const char* what;
  long found;
  long expected;
};

template <typename Member>
long slotOf(Member member) {
  static_assert(sizeof(Member) == 2 * sizeof(long), "pointers to members have two words");
  long words[2];
  std::memcpy(words, &member, sizeof(words));
  return words[0] & 1 ? words[0] / static_cast<long>(sizeof(void*)) : -1;
}

template <typename Function, typename Class>
Function Class::*overload(Function Class::*member) {
  return member;
}

// A virtual method added to a class takes the slot after its last one.
template <typename Class>
struct Extended : Class {
  virtual void added();
};

"""

EPILOGUE = """
}  // namespace

int main() {
  int wrong = 0;
  for (const SlotFact& fact : kSlotFacts) {
    if (fact.found == fact.expected) continue;
    std::printf("%s: slot %ld, expected %ld\\n", fact.what, fact.found, fact.expected);
    ++wrong;
  }
  std::printf("%zu slots, %d wrong\\n", sizeof(kSlotFacts) / sizeof(kSlotFacts[0]), wrong);
  return wrong == 0 ? 0 : 1;
}
"""


def check(condition, what):
    return f'static_assert({condition}, "{what}");'


def enum_checks(name, facts):
    yield check(f"std::is_same<std::underlying_type<{name}>::type, {facts['underlying']}>::value", name)
    for value, number in facts["values"].items():
        yield check(f"static_cast<int64_t>({name}::{value}) == {number}", f"{name}::{value}")
    if "max" in facts:
        namespace = name.split("::")[0]
        yield check(f"{namespace}::EnumMax<{name}>() == {facts['max']}", f"EnumMax of {name}")


def layout_checks(name, facts):
    yield check(f"sizeof({name}) == {facts['size']}", f"size of {name}")
    if "base" in facts:
        yield check(f"std::is_base_of<{facts['base']}, {name}>::value", f"base of {name}")
    for field, offset in facts.get("offsets", {}).items():
        yield check(f"offsetof({name}, {field}) == {offset}", f"{name}::{field}")


def slot_rows(name, facts):
    """Rows of the table of slots. A method with overloads is written "name: type"."""
    for slot, method in enumerate(facts.get("virtuals", []), facts.get("first", 0)):
        if method is None:  # a destructor
            continue
        method, _, kind = method.partition(": ")
        member = f"&{name}::{method}"
        if kind:
            result, _, rest = kind.partition(" (")
            member = f"overload<{result}({rest}, {name}>({member})"
        yield f'{{"{name}::{method}", slotOf({member}), {slot}}},'
    if "slots" in facts:
        yield f'{{"end of {name}", slotOf(&Extended<{name}>::added), {facts["slots"]}}},'


def main():
    facts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = [PROLOGUE % {"includes": "".join(f'#include "{h}"\n' for h in facts["headers"])}]
    for name, enum in facts["enums"].items():
        lines += enum_checks(name, enum)
    for name, entry in facts["classes"].items():
        lines += layout_checks(name, entry)
    lines.append("\nconst SlotFact kSlotFacts[] = {")
    for name, entry in facts["classes"].items():
        lines += ["    " + row for row in slot_rows(name, entry)]
    lines.append("};")
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + EPILOGUE)


if __name__ == "__main__":
    main()
