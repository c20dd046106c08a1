// What an operator is: its name, documentation, attributes, type and shape inference, reference evaluation
// and test cases. Each operator (or close family) is defined in one file of this folder with DEFINE_OP, and
// listed by name in ops.def. Names and meaning are those of the newest ONNX opset; importers translate older
// forms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenfold {

class InferContext;
class EvalContext;
class ExpandContext;

enum class AttrKind : uint8_t { kInt, kReal, kText, kInts, kReals, kTexts, kTensor, kType };

struct AttrSpec {
  const char* name;
  AttrKind kind;
  const char* doc;  // meaning and default, for docs/operators.md
};

// A test case in the text form of the graph: one line per node, inputs typed. The sweep runs it through the
// optimizer and every tactic and compares with the reference evaluation. Example:
//   "x:f32[2,3,4] -> y = Softmax(x) {axis=1}"
struct OpCase {
  const char* text;
  double tolerance = 1e-5;  // relative to the largest magnitude of the output
};

struct OpDef {
  const char* name = "";
  const char* doc = "";
  int minInputs = 0, maxInputs = 0;    // maxInputs -1: any number
  int minOutputs = 1, maxOutputs = 1;  // likewise
  std::vector<AttrSpec> attrs;
  // Sets the type and, as far as it is known, the shape (and contents) of each output.
  void (*infer)(InferContext&) = nullptr;
  // The reference: computes outputs from inputs on the host, clearly rather than fast.
  void (*eval)(EvalContext&) = nullptr;
  // A composite operator's meaning as a graph of others (expand.h), instead of infer and eval.
  void (*expand)(ExpandContext&) = nullptr;
  std::vector<OpCase> cases;
  // Output element i depends on element i of the (broadcast) inputs only: may join a pointwise region.
  bool pointwise = false;
  bool commutative = false;
  // Not to be folded, merged with an equal node, or removed (random numbers, assertions).
  bool isRandom = false;
  bool hasSideEffects = false;
  // The output shape depends on input values that only running the operator reveals (NonZero, Unique, ...).
  bool dataDependentShape = false;
};

// The definition of the operator called `name`; throws Error "not supported: NAME" if there is none.
const OpDef& opDef(std::string_view name);
const OpDef* findOpDef(std::string_view name);
const std::vector<const OpDef*>& allOpDefs();

// DEFINE_OP(Relu) { return OpDef{.name = "Relu", ...}; } in an operator's file; ops.def has the line
// OP(Relu).
#define DEFINE_OP(NAME) ::tenfold::OpDef tenfoldDefine##NAME()

}  // namespace tenfold
