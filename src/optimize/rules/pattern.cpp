#include "optimize/rules/pattern.h"

#include <algorithm>
#include <cmath>

#include "graph/ir/text_scanner.h"
#include "graph/ops/op_def.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : in_(text) {}

  Pattern whole() {
    Pattern p = pattern();
    if (!in_.atEnd()) in_.fail("unexpected text after the pattern");
    return p;
  }

 private:
  static bool isOp(const std::string& word) { return word[0] >= 'A' && word[0] <= 'Z'; }

  Pattern pattern() {
    Pattern p;
    if (in_.take("@")) {
      p.kind = Pattern::kConstant;
      p.name = in_.word();
      return p;
    }
    p.name = in_.word();
    if (p.name.empty()) {
      p.kind = Pattern::kNumber;
      p.number = in_.real();
    } else if (p.name == "_") {
      p.kind = Pattern::kAbsent;
    } else if (isOp(p.name)) {
      node(p, std::move(p.name));
    } else if (in_.take(":")) {
      node(p, in_.word());
    }
    return p;
  }

  void node(Pattern& p, std::string op) {
    if (op.empty() || !isOp(op)) in_.fail("an operator is expected");
    p.kind = Pattern::kNode;
    p.ops.push_back(op);
    while (in_.take("|")) p.ops.push_back(in_.word());
    in_.expect("(");
    while (!in_.take(")")) {
      if (in_.take("..."))
        p.open = true;
      else
        p.inputs.push_back(pattern());
      if (in_.peek() != ')') in_.expect(",");
    }
    if (in_.take("{")) attributes(p);
  }

  void attributes(Pattern& p) {
    do {
      std::string name = in_.word();
      in_.expect("=");
      if (in_.peek() == '"') {
        p.attrs.set(name, in_.quoted());
      } else {
        bool real;
        size_t start = in_.position();
        in_.number(real);
        in_.rewind(start);
        if (real)
          p.attrs.set(name, in_.real());
        else
          p.attrs.set(name, in_.integer());
      }
    } while (in_.take(","));
    in_.expect("}");
  }

  TextScanner in_;
};

// Units in the last place that a literal may be off, as a relative error.
double precision(DataType type) {
  switch (typeBits(type)) {
    case 64:
      return 1e-12;
    case 32:
      return 1e-6;
    default:
      return type == DataType::kBFloat16 ? 8e-3 : 1e-3;
  }
}

bool isNumber(const Value* v, double wanted) {
  auto found = splatOf(v);
  if (!found) return false;
  bool exact = std::ldexp(wanted, 10) == std::floor(std::ldexp(wanted, 10));
  return exact ? *found == wanted : std::abs(*found - wanted) <= precision(v->dtype) * std::abs(wanted);
}

// A goal is a pattern to be matched with a value; goals are solved in order, inputs after their node, with
// backtracking over the orders of commutative inputs.
class Solver {
 public:
  Solver(Match& match, std::string& miss) : match_(match), miss_(miss) {}

  bool solveRoot(const Pattern& pattern, Node* root) {
    if (!opFits(pattern, *root)) return false;
    return expand(pattern, root);
  }

 private:
  struct Goal {
    const Pattern* pattern;
    Value* value;
  };

  static bool opFits(const Pattern& p, const Node& n) {
    return std::find(p.ops.begin(), p.ops.end(), n.opName()) != p.ops.end();
  }

  bool refuse(const Goal& goal, const char* why) {
    if (match_.nodes.size() < deepest_) return false;
    deepest_ = match_.nodes.size();
    std::string expected = goal.pattern->kind == Pattern::kNode     ? goal.pattern->ops[0]
                           : goal.pattern->kind == Pattern::kNumber ? fmt::format("{}", goal.pattern->number)
                                                                    : goal.pattern->name;
    std::string found = !goal.value            ? "nothing"
                        : goal.value->producer ? std::string(goal.value->producer->opName())
                                               : "'" + goal.value->name + "'";
    miss_ = fmt::format("behind {} matched nodes: expected {}, found {}{}", match_.nodes.size(), expected,
                        found, why);
    return false;
  }

  bool solve() {
    if (next_ == goals_.size()) return true;
    Goal goal = goals_[next_++];
    bool ok = attempt(goal);
    --next_;
    return ok;
  }

  bool attempt(const Goal& goal) {
    const Pattern& p = *goal.pattern;
    if (p.kind == Pattern::kAbsent) return goal.value ? refuse(goal, "") : solve();
    if (!goal.value) return refuse(goal, "");
    if (p.kind == Pattern::kNumber) return isNumber(goal.value, p.number) ? solve() : refuse(goal, "");
    if (p.kind == Pattern::kConstant && !goal.value->isConstant())
      return refuse(goal, ", which is no constant");
    if (p.kind != Pattern::kNode) return capture(goal, [&] { return solve(); });
    Node* n = goal.value->producer;
    if (!n || goal.value->outputIndex != 0 || !opFits(p, *n)) return refuse(goal, "");
    if (p.name.empty()) return expand(p, n);
    return capture(goal, [&] { return expand(p, n); });
  }

  template <typename Next>
  bool capture(const Goal& goal, Next next) {
    auto [it, fresh] = match_.values.emplace(goal.pattern->name, goal.value);
    if (!fresh && it->second != goal.value) return refuse(goal, ": another value than before");
    if (next()) return true;
    if (fresh) match_.values.erase(goal.pattern->name);
    return false;
  }

  bool expand(const Pattern& p, Node* n) {
    bool more = n->inputs.size() > p.inputs.size();
    if (more && !p.open)
      for (size_t i = p.inputs.size(); i < n->inputs.size(); ++i)
        if (n->inputs[i]) return false;
    match_.nodes.push_back(n);
    size_t mark = goals_.size();
    for (size_t i = 0; i < p.inputs.size(); ++i) goals_.push_back({&p.inputs[i], n->input(i)});
    bool ok = solve();
    if (!ok && n->op->commutative && p.inputs.size() == 2) {
      goals_.resize(mark);
      for (size_t i = 0; i < 2; ++i) goals_.push_back({&p.inputs[i], n->input(1 - i)});
      ok = solve();
    }
    goals_.resize(mark);
    if (!ok) match_.nodes.pop_back();
    return ok;
  }

  Match& match_;
  std::string& miss_;
  std::vector<Goal> goals_;
  size_t next_ = 0, deepest_ = 0;
};

// Whether all readers of the node's results are matched nodes.
bool isPrivate(const Graph& graph, const Node* node, const std::vector<Node*>& nodes) {
  for (const Value* v : node->outputs) {
    if (!v) continue;
    if (graph.isOutput(v)) return false;
    for (const Node* reader : v->uses)
      if (std::find(nodes.begin(), nodes.end(), reader) == nodes.end()) return false;
  }
  return true;
}

}  // namespace

Pattern Pattern::parse(std::string_view text) { return PatternParser(text).whole(); }

bool match(const Graph& graph, const Pattern& pattern, Node* root, bool shared, Match& result,
           std::string& miss) {
  result = {};
  if (!Solver(result, miss).solveRoot(pattern, root)) return false;
  for (size_t i = 1; i < result.nodes.size() && !shared; ++i)
    if (!isPrivate(graph, result.nodes[i], result.nodes)) {
      miss = fmt::format("{} '{}' inside the pattern is read from outside", result.nodes[i]->opName(),
                         result.nodes[i]->name);
      return false;
    }
  return true;
}

}  // namespace tenfold
