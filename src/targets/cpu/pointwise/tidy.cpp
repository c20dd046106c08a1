#include "targets/cpu/pointwise/tidy.h"

#include <algorithm>

namespace tenfold::cpu {
namespace {

// The copies into output registers are needed only where the value has another home (an input, a constant,
// another output): otherwise the instruction that computes the value writes the output itself.
void forwardCopies(Program& program) {
  size_t outputs = program.outputs.size(), first = program.code.size() - outputs;
  std::vector<Instruction> kept;
  for (size_t o = 0; o < outputs; ++o) {
    Instruction copy = program.code[first + o];
    auto definition = std::find_if(program.code.begin(), program.code.begin() + static_cast<long>(first),
                                   [&](const Instruction& i) { return i.dst == copy.a; });
    bool isOutput = std::any_of(program.outputs.begin(), program.outputs.end(),
                                [&](const auto& p) { return p.reg == copy.a; });
    if (definition == program.code.begin() + static_cast<long>(first) || isOutput) {
      kept.push_back(copy);
      continue;
    }
    int old = copy.a;
    for (Instruction& i : program.code)
      for (int* r : {&i.dst, &i.a, &i.b, &i.c})
        if (*r == old) *r = copy.dst;
    for (Instruction& i : kept)
      if (i.a == old) i.a = copy.dst;
  }
  program.code.resize(first);
  program.code.insert(program.code.end(), kept.begin(), kept.end());
}

void dropUnused(Program& program) {
  std::vector<bool> needed(static_cast<size_t>(program.registers), false);
  for (const auto& o : program.outputs) needed[static_cast<size_t>(o.reg)] = true;
  std::vector<Instruction> kept;
  for (auto it = program.code.rbegin(); it != program.code.rend(); ++it) {
    if (!needed[static_cast<size_t>(it->dst)]) continue;
    for (int r : {it->a, it->b, it->c})
      if (r >= 0) needed[static_cast<size_t>(r)] = true;
    kept.push_back(*it);
  }
  program.code.assign(kept.rbegin(), kept.rend());
  std::erase_if(program.constants, [&](const auto& c) { return !needed[static_cast<size_t>(c.reg)]; });
  for (auto& in : program.inputs)
    if (!needed[static_cast<size_t>(in.reg)]) in.reg = -1;
}

// Inputs, constants and outputs keep registers of their own, since they may stand for memory; temporaries
// share by lifetime.
void shareRegisters(Program& program) {
  std::vector<int> place(static_cast<size_t>(program.registers), -1), lastUse(place);
  int next = 0;
  auto pin = [&](int& reg) {
    if (reg < 0) return;
    place[static_cast<size_t>(reg)] = next;
    reg = next++;
  };
  for (auto& in : program.inputs) pin(in.reg);
  for (auto& c : program.constants) pin(c.reg);
  for (auto& out : program.outputs) pin(out.reg);
  int pinned = next;
  for (size_t i = 0; i < program.code.size(); ++i)
    for (int r : {program.code[i].a, program.code[i].b, program.code[i].c})
      if (r >= 0) lastUse[static_cast<size_t>(r)] = static_cast<int>(i);
  std::vector<int> free;
  for (size_t i = 0; i < program.code.size(); ++i) {
    Instruction& ins = program.code[i];
    int& home = place[static_cast<size_t>(ins.dst)];
    if (home < 0) {
      if (free.empty()) free.push_back(next++);
      home = free.back();
      free.pop_back();
    }
    ins.dst = home;
    int freed[3] = {-1, -1, -1}, count = 0;
    for (int* r : {&ins.a, &ins.b, &ins.c}) {
      if (*r < 0) continue;
      bool last = lastUse[static_cast<size_t>(*r)] == static_cast<int>(i);
      *r = place[static_cast<size_t>(*r)];
      if (last && *r >= pinned && std::find(freed, freed + count, *r) == freed + count) freed[count++] = *r;
    }
    free.insert(free.end(), freed, freed + count);
  }
  program.registers = next;
}

}  // namespace

void tidy(Program& program) {
  forwardCopies(program);
  dropUnused(program);
  shareRegisters(program);
}

}  // namespace tenfold::cpu
