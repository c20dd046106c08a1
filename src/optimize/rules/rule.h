// Rules: a pattern, an optional condition, and what to put in its place. A pass is a table of rules.
#pragma once

#include <span>
#include <string>

#include "optimize/rewrite.h"
#include "optimize/rules/pattern.h"

namespace tenfold {

// What a rule's function sees: the match, means to emit nodes before the root, and a way to decline.
class RuleContext {
 public:
  RuleContext(Graph& graph, const Match& match) : match_(match), rewriter_(graph, match.root()) {}

  Graph& graph() { return rewriter_.graph(); }
  Node* root() const { return match_.root(); }
  Value* operator[](std::string_view name) const { return match_[name]; }
  Node* node(std::string_view name) const { return match_[name]->producer; }
  DataType dtype() const { return root()->outputs[0]->dtype; }
  Rewriter& rewriter() { return rewriter_; }
  Value* emit(std::string_view op, std::vector<Value*> inputs, Attributes attrs = {}) {
    return rewriter_.emit(op, std::move(inputs), std::move(attrs));
  }
  // Declines, with the reason for the log.
  Value* miss(std::string why) {
    why_ = std::move(why);
    return nullptr;
  }
  const std::string& why() const { return why_; }

 private:
  const Match& match_;
  Rewriter rewriter_;
  std::string why_;
};

struct Rule {
  const char* name;
  const char* pattern;
  // In the language of patterns: captures, operators, and numbers (scalars of the root's type); or null.
  const char* replacement = nullptr;
  // Instead of a replacement: emits it and returns the value that stands for the root's, or null to decline
  // (ctx.miss gives the reason). May be combined with `replacement` as a condition that returns non-null.
  Value* (*build)(RuleContext&) = nullptr;
  bool shared = false;  // inner nodes may be read from outside the match (they stay then)
};

// Applies the rules wherever they match, again and again until none does. A replacement must have the type
// and provably the shape of what it replaces; where it has not, the rule declines. Returns how many were
// applied.
int applyRules(Graph& graph, std::span<const Rule> rules);

}  // namespace tenfold
