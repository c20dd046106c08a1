#include "optimize/rules/rule.h"

#include <cstdio>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "graph/ops/op_def.h"
#include "optimize/precision/precision.h"

namespace tenfold {
namespace {

struct ParsedRule {
  const Rule* rule;
  Pattern pattern, replacement;
};
using RuleIndex = std::unordered_map<std::string, std::vector<ParsedRule>>;  // by root operator

RuleIndex parseRules(std::span<const Rule> rules) {
  RuleIndex index;
  for (const Rule& rule : rules) {
    ParsedRule parsed{&rule, Pattern::parse(rule.pattern), {}};
    if (rule.replacement) parsed.replacement = Pattern::parse(rule.replacement);
    for (const std::string& op : parsed.pattern.ops) index[op].push_back(parsed);
  }
  return index;
}

// Tables of rules are constants: each is parsed once.
const RuleIndex& indexOf(std::span<const Rule> rules) {
  static thread_local std::unordered_map<const Rule*, RuleIndex> known;
  auto it = known.find(rules.data());
  return it != known.end() ? it->second : known[rules.data()] = parseRules(rules);
}

Value* emitPattern(RuleContext& ctx, const Pattern& p) {
  switch (p.kind) {
    case Pattern::kAbsent:
      return nullptr;
    case Pattern::kNumber:
      return ctx.rewriter().scalar(ctx.dtype(), p.number);
    case Pattern::kNode:
      break;
    default:
      return ctx[p.name];
  }
  std::vector<Value*> inputs;
  for (const Pattern& input : p.inputs) inputs.push_back(emitPattern(ctx, input));
  return ctx.emit(p.ops[0], inputs, p.attrs);
}

// TENFOLD_EXPLAIN=NAME prints why the rule of that name did not fire at each node where it could have.
void explain(const Rule& rule, const Node& root, const std::string& why) {
  static const char* wanted = std::getenv("TENFOLD_EXPLAIN");
  if (!wanted || std::string_view(wanted) != rule.name || why.empty()) return;
  fmt::print(stderr, "rule {} at {} '{}': {}\n", rule.name, root.opName(), root.name, why);
}

bool fits(RuleContext& ctx, const Value* was, const Value* now) {
  if (was->dtype == now->dtype && (!was->shape || sameShape(was, now))) return true;
  ctx.miss(fmt::format("the replacement is {}, wanted {}", now->typeStr(), was->typeStr()));
  return false;
}

class RuleRun {
 public:
  RuleRun(Graph& graph, const RuleIndex& index) : graph_(graph), index_(index) {}

  int sweep() {
    int changes = 0;
    std::vector<Node*> nodes = graph_.nodes();
    std::unordered_set<const Node*> alive(nodes.begin(), nodes.end());
    for (Node* n : nodes) {
      if (!alive.count(n)) continue;
      if (!applyTo(n)) continue;
      ++changes;
      alive.clear();
      alive.insert(graph_.nodes().begin(), graph_.nodes().end());
    }
    return changes;
  }

 private:
  bool applyTo(Node* n) {
    auto it = index_.find(std::string(n->opName()));
    if (it == index_.end() || !n->output()) return false;
    for (const ParsedRule& rule : it->second)
      if (apply(rule, n)) return true;
    return false;
  }

  bool apply(const ParsedRule& parsed, Node* n) {
    Match found;
    std::string miss;
    if (!match(graph_, parsed.pattern, n, parsed.rule->shared, found, miss)) {
      explain(*parsed.rule, *n, miss);
      return false;
    }
    RuleContext ctx(graph_, found);
    Value* now = nullptr;
    try {
      now = parsed.rule->build ? parsed.rule->build(ctx) : n->outputs[0];
      if (now && parsed.rule->replacement) now = emitPattern(ctx, parsed.replacement);
    } catch (const Error& e) {
      now = ctx.miss(e.what());
    }
    if (!now || !fits(ctx, n->outputs[0], now) || !replaceValue(graph_, n->outputs[0], now)) {
      ctx.rewriter().undo();
      explain(*parsed.rule, *n, ctx.why());
      return false;
    }
    for (Node* emitted : ctx.rewriter().emitted())
      for (const Node* matched : found.nodes) inheritPrecision(*matched, *emitted);
    eraseIfDead(graph_, n);
    return true;
  }

  Graph& graph_;
  const RuleIndex& index_;
};

}  // namespace

int applyRules(Graph& graph, std::span<const Rule> rules) {
  constexpr int kMaxSweeps = 20;
  RuleRun run(graph, indexOf(rules));
  int total = 0;
  for (int i = 0; i < kMaxSweeps; ++i) {
    int changes = run.sweep();
    if (!changes) break;
    total += changes;
  }
  return total;
}

}  // namespace tenfold
