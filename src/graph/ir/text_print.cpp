#include <fmt/format.h>
#include <xxhash.h>

#include <cmath>
#include <unordered_map>

#include "graph/ir/text.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

constexpr int64_t kInlineElements = 8;    // constants up to here are printed where they are read
constexpr int64_t kListedElements = 256;  // and up to here element by element

bool isPlainName(const std::string& name) {
  if (name.empty() || name == "_" || name == "graph" || name == "return" || name == "const") return false;
  for (size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '.'))) return false;
  }
  return true;
}

std::string quote(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 32)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + '"';
}

std::string realText(double v) {
  std::string s = fmt::format("{}", v);
  if (std::isnan(v)) return std::signbit(v) ? "-nan" : "nan";
  return s.find_first_of(".einf") == std::string::npos ? s + ".0" : s;
}

std::string elementText(const Tensor& t, int64_t i) {
  if (t.dtype() == DataType::kFloat64) return fmt::format("{}", t.getDouble(i));
  if (isFloat(t.dtype())) return fmt::format("{}", static_cast<float>(t.getDouble(i)));
  return fmt::format("{}", t.getInt(i));
}

bool isSplat(const Tensor& t) {
  if (t.numel() < 2 || typeBits(t.dtype()) < 8) return false;
  size_t width = static_cast<size_t>(typeBits(t.dtype())) / 8;
  const char* data = t.as<char>();
  return std::equal(data + width, data + t.bytes(), data);
}

bool isListable(DataType type) { return typeBits(type) > 0 && typeInfo(type).cls != TypeClass::kComplex; }

std::string tensorText(const Tensor& t) {
  std::string text = std::string(typeName(t.dtype())) + t.shape().str();
  // Plans let go of weights that kernels have packed.
  if (!isListable(t.dtype()) || (!t.data() && t.numel())) return text + " #0000000000000000";
  if (t.numel() > kInlineElements && isSplat(t)) return text + fmt::format(" splat({})", elementText(t, 0));
  if (t.numel() > kListedElements) return text + fmt::format(" #{:016x}", XXH64(t.data(), t.bytes(), 0));
  text += " {";
  for (int64_t i = 0; i < t.numel(); ++i) text += (i ? "," : "") + elementText(t, i);
  return text + "}";
}

template <typename T, typename F>
std::string listText(const std::vector<T>& values, F element) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i) text += (i ? "," : "") + element(values[i]);
  return text + "]";
}

struct AttributeText {
  bool isType;
  std::string operator()(int64_t v) const {
    return isType && v > 0 && v < kDataTypeCount ? std::string(typeName(static_cast<DataType>(v)))
                                                 : std::to_string(v);
  }
  std::string operator()(double v) const { return realText(v); }
  std::string operator()(const std::string& v) const { return quote(v); }
  std::string operator()(const Tensor& v) const { return tensorText(v); }
  template <typename T>
  std::string operator()(const std::vector<T>& v) const {
    return listText(v, [](const T& x) { return AttributeText{false}(x); });
  }
};

class Printer {
 public:
  explicit Printer(const Graph& graph) : graph_(graph) {
    for (const Value* v : graph.values()) ++count_[v->name];
    for (const Value* v : graph.inputs) name(v);
    for (const Node* n : graph.nodes()) {
      for (const Value* v : n->inputs) name(v);
      for (const Value* v : n->outputs) name(v);
    }
    for (const Value* v : graph.outputs) name(v);
  }

  void graph(std::string& out, const std::string& indent) {
    out += fmt::format("graph {}(", isPlainName(graph_.name) ? graph_.name : quote(graph_.name));
    for (size_t i = 0; i < graph_.inputs.size(); ++i) out += (i ? ", " : "") + typed(graph_.inputs[i]);
    out += ") {\n";
    for (const Node* n : graph_.nodes()) {
      for (const Value* v : n->inputs)
        if (v) constant(out, indent + "  ", v);
      node(out, indent + "  ", *n);
    }
    for (const Value* v : graph_.outputs) constant(out, indent + "  ", v);
    out += indent + "  return";
    for (size_t i = 0; i < graph_.outputs.size(); ++i) out += (i ? ", " : " ") + read(graph_.outputs[i]);
    out += "\n" + indent + "}\n";
  }

  void node(std::string& out, const std::string& indent, const Node& n) {
    out += indent;
    for (size_t i = 0; i < n.outputs.size(); ++i)
      out += (i ? ", " : "") + (n.outputs[i] ? typed(n.outputs[i]) : "_");
    out += fmt::format(" = {}(", n.opName());
    for (size_t i = 0; i < n.inputs.size(); ++i)
      out += (i ? ", " : "") + (n.inputs[i] ? read(n.inputs[i]) : "_");
    out += ")";
    attributes(out, n);
    if (!n.name.empty()) out += " " + quote(n.name);
    for (const auto& body : n.bodies) {
      out += "\n" + indent + "  ";
      Printer(*body).graph(out, indent + "  ");
      out.pop_back();
    }
    out += "\n";
  }

 private:
  // Values without a name of their own are numbered in the order of the text.
  void name(const Value* v) {
    if (!v || isInline(v) || names_.count(v)) return;
    if (v->name.empty() || count_[v->name] > 1)
      names_[v] = fmt::format("%{}", next_++);
    else
      names_[v] = isPlainName(v->name) ? v->name : "%" + quote(v->name);
  }
  static bool isInline(const Value* v) {
    return v->isConstant() && v->constant.numel() <= kInlineElements && isListable(v->dtype);
  }
  std::string read(const Value* v) { return isInline(v) ? tensorText(v->constant) : names_.at(v); }
  std::string typed(const Value* v) {
    return names_.at(v) + ":" + v->typeStr() + (v->layout == Layout::kChannelsLast ? "@channels_last" : "");
  }
  // Constants that are not printed inline come before their first reader.
  void constant(std::string& out, const std::string& indent, const Value* v) {
    if (!v->isConstant() || isInline(v) || !printed_.emplace(v, true).second) return;
    out += fmt::format("{}{} = const {}\n", indent, names_.at(v), tensorText(v->constant));
  }
  static void attributes(std::string& out, const Node& n) {
    if (n.attrs.all().empty()) return;
    out += " {";
    bool first = true;
    for (const auto& [name, value] : n.attrs.all()) {
      bool isType = false;
      for (const AttrSpec& spec : n.op->attrs)
        isType = isType || (name == spec.name && spec.kind == AttrKind::kType);
      out += (first ? "" : ", ") + name + "=" + std::visit(AttributeText{isType}, value);
      first = false;
    }
    out += "}";
  }

  const Graph& graph_;
  int next_ = 0;
  std::unordered_map<std::string, int> count_;
  std::unordered_map<const Value*, std::string> names_;
  std::unordered_map<const Value*, bool> printed_;
};

}  // namespace

std::string printGraph(const Graph& graph) {
  std::string out;
  Printer(graph).graph(out, "");
  return out;
}

std::string printNode(const Graph& graph, const Node& node) {
  std::string out;
  Printer(graph).node(out, "", node);
  return out;
}

}  // namespace tenfold
