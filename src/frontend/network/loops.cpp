// Loop nodes of the boundaries of loops.
#include "base/error.h"
#include "frontend/network/body.h"
#include "graph/ir/with.h"
#include "graph/ops/infer.h"

namespace tenfold {
namespace {

class LoopBuilder {
 public:
  LoopBuilder(Graph& graph, const Construct& loop)
      : graph_(graph), loop_(loop), body_(std::make_unique<Graph>()), captures_({body_.get()}) {}

  void build() {
    readBoundaries();
    enter();
    std::vector<Value*> wanted;
    for (const Node* r : recurrences_) wanted.push_back(next(*r));
    for (const Node* exit : loop_.exits) wanted.push_back(exit->inputs[0]);
    auto outside = [&](Value* v) { return captures_.in(0, v); };
    copyNodes(graph_, wanted, loop_.inside, *body_, map_, outside);
    leave(outside);
    connect();
  }

 private:
  void readBoundaries() {
    for (Node* entry : loop_.entries)
      (entry->is("LoopRecurrence") ? recurrences_ : iterators_).push_back(entry);
    for (Node* limit : loop_.limits)
      (limit->attrs.text("kind", "count") == "count" ? count_ : condition_) = limit->inputs[0];
    require(count_ || condition_, "{} has no trip limit; add one with addTripLimit()", loop_.title());
  }

  Value* next(const Node& recurrence) const {
    int64_t id = recurrence.attrs.integer("next", -1);
    Value* value = id < 0 ? nullptr : graph_.valueById(static_cast<int>(id));
    require(value != nullptr, "recurrence '{}' of {} has no next value; set it with setInput(1, ...)",
            recurrence.name, loop_.title());
    return value;
  }

  void enter() {
    iteration_ = body_->addInput("iteration", DataType::kInt64, SymShape{});
    body_->addInput("condition", DataType::kBool, SymShape{});
    for (const Node* r : recurrences_) {
      const Value& v = *r->outputs[0];
      map_[&v] = body_->addInput(v.name, v.dtype, v.shape);
    }
    for (const Node* it : iterators_) map_[it->outputs[0]] = slice(*it);
  }

  // The slice of this iteration, counted from either end.
  Value* slice(const Node& iterator) {
    Value* all = captures_.in(0, iterator.inputs[0]);
    int64_t axis = normalizeAxis(iterator.attrs.integer("axis", 0), all->rank());
    Value* index = iteration_;
    if (iterator.attrs.integer("reverse", 0)) {
      Value* shape = append(*body_, "Shape", {all});
      Value* which = body_->addConstant(Tensor::scalar(DataType::kInt64, static_cast<double>(axis)));
      Value* last = append(*body_, "Sub",
                           {append(*body_, "Gather", {shape, which}),
                            body_->addConstant(Tensor::scalar(DataType::kInt64, 1))});
      index = append(*body_, "Sub", {last, iteration_});
    }
    return append(*body_, "Gather", {all, index}, with("axis", axis));
  }

  // The condition is asked before each iteration: once outside with the initial values, then at the end of
  // each iteration with the next ones.
  Value* condition(Graph& to, ValueMap map, const std::function<Value*(Value*)>& outside) {
    auto refuseIterators = [&](Value* v) {
      for (const Node* it : iterators_)
        require(it->outputs[0] != v,
                "the condition of {} depends on an iterator; only recurrences are possible", loop_.title());
      return outside(v);
    };
    copyNodes(graph_, {condition_}, loop_.inside, to, map, refuseIterators);
    return scalarOf(to, map.at(condition_), DataType::kBool);
  }

  void leave(const std::function<Value*(Value*)>& outside) {
    Value* goOn = body_->inputs[1];
    if (condition_) {
      ValueMap atNext;
      for (const Node* r : recurrences_) atNext[r->outputs[0]] = map_.at(next(*r));
      goOn = condition(*body_, std::move(atNext), outside);
    }
    body_->outputs.push_back(goOn);
    for (const Node* r : recurrences_) body_->outputs.push_back(map_.at(next(*r)));
    for (const Node* exit : loop_.exits)
      if (exit->attrs.text("kind", "") != "last_value") body_->outputs.push_back(map_.at(exit->inputs[0]));
  }

  void connect() {
    Value* first = nullptr;
    if (condition_) {
      ValueMap atStart;
      for (const Node* r : recurrences_) atStart[r->outputs[0]] = r->inputs[0];
      first = condition(graph_, std::move(atStart), [](Value* v) { return v; });
    }
    std::vector<Value*> inputs{count_ ? scalarOf(graph_, count_, DataType::kInt64) : nullptr, first};
    for (const Node* r : recurrences_) inputs.push_back(r->inputs[0]);
    inputs.insert(inputs.end(), captures_.values().begin(), captures_.values().end());
    Node* node =
        graph_.addNode("Loop", inputs, with("captures", static_cast<int64_t>(captures_.values().size())),
                       body_->outputs.size() - 1, loop_.title());
    node->bodies.push_back(std::move(body_));
    inferNode(graph_, *node);
    size_t scan = recurrences_.size();
    for (Node* exit : loop_.exits) {
      bool isLast = exit->attrs.text("kind", "") == "last_value";
      replace(*exit, isLast ? node->outputs[place(*exit)] : collected(*exit, node->outputs[scan++]));
    }
  }

  // Which recurrence a last value is of.
  size_t place(const Node& exit) const {
    for (size_t i = 0; i < recurrences_.size(); ++i)
      if (recurrences_[i]->outputs[0] == exit.inputs[0]) return i;
    fail("output '{}' of {} is the last value of no recurrence of it", exit.name, loop_.title());
  }

  // The stacked values in the order and along the axis, and of the length, that the output wants.
  Value* collected(const Node& exit, Value* stack) {
    int rank = stack->rank();
    require(rank > 0, "the rank of output '{}' of {} is not known", exit.name, loop_.title());
    if (exit.attrs.text("kind", "") == "reverse")
      stack = append(graph_, "Slice",
                     {stack, intsConstant(graph_, {-1}), intsConstant(graph_, {INT64_MIN}),
                      intsConstant(graph_, {0}), intsConstant(graph_, {-1})});
    if (condition_ && exit.hasInput(1)) stack = padded(stack, exit.inputs[1], rank);
    int64_t axis = normalizeAxis(exit.attrs.integer("axis", 0), rank);
    if (axis == 0) return stack;
    std::vector<int64_t> perm;
    for (int64_t i = 1; i < rank; ++i) perm.push_back(i);
    perm.insert(perm.begin() + axis, 0);
    return append(graph_, "Transpose", {stack}, with("perm", perm));
  }

  // A loop that ends early leaves zeros behind what it collected.
  Value* padded(Value* stack, Value* length, int rank) {
    Value* one = intsConstant(graph_, {1});
    Value* wanted = append(graph_, "Reshape", {scalarOf(graph_, length, DataType::kInt64), one});
    Attributes firstOnly = with("end", int64_t{1});
    Value* missing = append(graph_, "Sub", {wanted, append(graph_, "Shape", {stack}, firstOnly)});
    Value* before = intsConstant(graph_, std::vector<int64_t>(static_cast<size_t>(rank), 0));
    Value* behind = intsConstant(graph_, std::vector<int64_t>(static_cast<size_t>(rank - 1), 0));
    Value* pads = append(graph_, "Concat", {before, missing, behind}, with("axis", int64_t{0}));
    return append(graph_, "Pad", {stack, pads});
  }

  void replace(Node& exit, Value* result) { redirect(graph_, exit.outputs[0], result); }

  Graph& graph_;
  const Construct& loop_;
  std::unique_ptr<Graph> body_;
  Captures captures_;
  ValueMap map_;
  std::vector<Node*> recurrences_, iterators_;
  Value *count_ = nullptr, *condition_ = nullptr, *iteration_ = nullptr;
};

}  // namespace

void lowerLoop(Graph& graph, const Construct& loop) { LoopBuilder(graph, loop).build(); }

}  // namespace tenfold
