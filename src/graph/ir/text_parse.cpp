#include <unordered_map>

#include "graph/ir/text.h"
#include "graph/ir/text_literals.h"
#include "graph/ir/text_scanner.h"
#include "graph/ops/infer.h"

namespace tenfold {
namespace {

constexpr int kMaxBodyDepth = 32;

struct ParsedType {
  DataType dtype = DataType::kUndefined;
  std::optional<SymShape> shape;
  Layout layout = Layout::kPlain;
};

AttrKind attrKind(const OpDef& op, const std::string& name, bool& known) {
  known = false;
  for (const AttrSpec& spec : op.attrs)
    if (name == spec.name) {
      known = true;
      return spec.kind;
    }
  return AttrKind::kInt;
}

// What all graphs of one text share.
struct Session {
  Session(std::string_view text, size_t maxBytes) : in(text), literals(in, maxBytes) {
    // Fresh symbols must differ from those that the text mentions.
    for (int i = 0; scope.empty() || text.find("$" + scope) != std::string_view::npos; ++i)
      scope = fmt::format("t{}.", i);
  }
  TextScanner in;
  TextLiterals literals;
  std::string scope;
  DimBindings bindings;  // the test values of symbols: [n=2,3]
};

class Parser {
 public:
  Parser(Session& session, int depth)
      : session_(session), in_(session.in), literals_(session.literals), depth_(depth) {}

  // After the word `graph`.
  std::unique_ptr<Graph> graph(const std::string& scope) {
    if (depth_ > kMaxBodyDepth) in_.fail("bodies are nested deeper than {}", kMaxBodyDepth);
    begin(scope);
    graph_->name = in_.peek() == '"' ? in_.quoted() : in_.word();
    in_.expect("(");
    if (!in_.take(")")) {
      do input(nullptr);
      while (in_.take(","));
      in_.expect(")");
    }
    in_.expect("{");
    while (!in_.takeWord("return")) statement();
    results();
    in_.expect("}");
    return std::move(graph_);
  }

  TextCase oneLine() {
    begin(session_.scope);
    TextCase result;
    while (!in_.take("->")) {
      Tensor contents;
      size_t start = in_.position();
      input(&contents);
      if (!contents.defined()) contents = defaultInput(start, graph_->inputs.size());
      result.inputs.push_back(contents);
      if (!in_.take(",") && in_.peek() != '-') in_.fail("',' or '->' expected after an input");
    }
    Node* last = nullptr;
    while (!in_.atEnd() && !in_.takeWord("return"))
      if (Node* n = statement()) last = n;
    if (!in_.atEnd())
      results();
    else if (last)
      for (Value* v : last->outputs)
        if (v) graph_->outputs.push_back(v);
    result.graph = std::move(graph_);
    return result;
  }

 private:
  void begin(const std::string& scope) {
    graph_ = std::make_unique<Graph>();
    graph_->symbolScope = scope;
  }

  void input(Tensor* contents) {
    size_t start = in_.position();
    std::string key = valueName();
    in_.expect(":");
    ParsedType type = parseType();
    Value* v = graph_->addInput(nameOf(key), type.dtype, type.shape);
    v->layout = type.layout;
    define(start, key, v);
    char next = in_.peek();
    if (!contents || next == ',' || next == '-' || !type.shape) return;
    *contents = literals_.read(type.dtype, evalShape(*type.shape, session_.bindings));
  }

  Tensor defaultInput(size_t start, size_t seed) {
    const Value* v = graph_->inputs.back();
    if (!v->shape) in_.failAt(start, "an input of unknown rank needs a value");
    std::vector<std::string> symbols;
    for (const Dim& d : *v->shape) d.collectSymbols(symbols);
    for (const std::string& s : symbols) session_.bindings.emplace(s, 3);
    Shape shape = evalShape(*v->shape, session_.bindings);
    literals_.spend(v->dtype, shape);
    return randomTensor(v->dtype, shape, seed);
  }

  // A reference as its key: names as they are written, `%7` and `_` included, with `%"x"` as `"x`.
  std::string valueName() {
    if (in_.take("%")) {
      if (in_.peek() == '"') return "\"" + in_.quoted();
      return fmt::format("%{}", in_.integer());
    }
    std::string word = in_.word();
    if (word.empty()) in_.fail("the name of a value is expected");
    return word;
  }
  static std::string nameOf(const std::string& key) {
    if (key[0] == '%') return "";
    return key[0] == '"' ? key.substr(1) : key;
  }
  static std::string scopeKey(const std::string& key) { return key[0] == '"' ? key.substr(1) : key; }

  void define(size_t position, const std::string& key, Value* v) {
    if (!values_.emplace(scopeKey(key), v).second)
      in_.failAt(position, fmt::format("'{}' is defined twice", scopeKey(key)));
  }

  ParsedType parseType() {
    ParsedType type;
    size_t start = in_.position();
    std::string word = in_.word();
    type.dtype = typeFromName(word);
    if (type.dtype == DataType::kUndefined) in_.failAt(start, fmt::format("'{}' is no element type", word));
    in_.expect("[");
    if (in_.take("?")) {
      in_.expect("]");
    } else {
      type.shape = SymShape{};
      while (!in_.take("]")) {
        type.shape->push_back(dimension());
        if (type.shape->size() > kMaxRank) in_.fail("more than {} dimensions", kMaxRank);
        if (in_.peek() != ']') in_.expect(",");
      }
    }
    if (in_.take("@")) {
      if (!in_.takeWord("channels_last")) in_.fail("the only layout to name is channels_last");
      type.layout = Layout::kChannelsLast;
    }
    return type;
  }

  Dim dimension() {
    size_t start = in_.position();
    std::string text(in_.rawUntil(",]="));
    try {
      Dim d = Dim::parse(text);
      if (in_.take("=")) session_.bindings[text] = in_.integer();
      if (auto c = d.tryConstant(); c && (*c < 0 || *c > kMaxTextExtent))
        fail("dimension {} is out of range", *c);
      return d;
    } catch (const Error& e) {
      in_.failAt(start, e.what());
    }
  }

  Tensor literal() {
    ParsedType type = parseType();
    std::optional<Shape> shape = type.shape ? constantShape(*type.shape) : std::nullopt;
    if (!shape) in_.fail("a constant needs constant dimensions");
    return literals_.read(type.dtype, *shape);
  }

  bool literalNext() {
    size_t start = in_.position();
    bool is = typeFromName(in_.word()) != DataType::kUndefined && in_.take("[");
    in_.rewind(start);
    return is;
  }

  Value* read() {
    if (literalNext()) return graph_->addConstant(literal());
    size_t start = in_.position();
    std::string key = valueName();
    if (key == "_") return nullptr;
    auto it = values_.find(scopeKey(key));
    if (it == values_.end())
      in_.failAt(start, fmt::format("'{}' is not defined before this place", scopeKey(key)));
    return it->second;
  }

  struct Result {
    size_t position;
    std::string key;
    std::optional<ParsedType> type;
  };

  Node* statement() {
    std::vector<Result> wanted;
    do {
      Result r{in_.position(), valueName(), {}};
      if (in_.take(":")) r.type = parseType();
      wanted.push_back(std::move(r));
    } while (in_.take(","));
    in_.expect("=");
    size_t start = in_.position();
    Node* node = nullptr;
    if (in_.takeWord("const")) {
      if (wanted.size() != 1) in_.failAt(start, "a constant is one value");
      Tensor data = literal();
      define(wanted[0].position, wanted[0].key, graph_->addConstant(data, nameOf(wanted[0].key)));
    } else {
      node = call(start, wanted);
    }
    in_.take(";");
    return node;
  }

  Node* call(size_t start, const std::vector<Result>& wanted) {
    std::string op = in_.word();
    if (!findOpDef(op))
      in_.failAt(start,
                 op.empty() ? "the name of an operator is expected" : fmt::format("not supported: {}", op));
    std::vector<Value*> inputs;
    in_.expect("(");
    if (!in_.take(")")) {
      do inputs.push_back(read());
      while (in_.take(","));
      in_.expect(")");
    }
    Node* node = graph_->addNode(op, std::move(inputs), {}, wanted.size());
    if (in_.take("{") && !in_.take("}")) {
      do attribute(*node);
      while (in_.take(","));
      in_.expect("}");
    }
    if (in_.peek() == '"') node->name = in_.quoted();
    while (in_.takeWord("graph")) {
      std::string scope = fmt::format("{}b{}.{}.", graph_->symbolScope, node->id, node->bodies.size());
      node->bodies.push_back(Parser(session_, depth_ + 1).graph(scope));
    }
    try {
      inferNode(*graph_, *node);
    } catch (const Error& e) {
      in_.failAt(start, e.what());
    }
    for (size_t i = 0; i < wanted.size(); ++i) bind(*node, i, wanted[i]);
    return node;
  }

  void bind(Node& node, size_t i, const Result& wanted) {
    Value* v = node.outputs[i];
    if (wanted.key == "_") {
      graph_->dropOutput(&node, i);
      return;
    }
    v->name = nameOf(wanted.key);
    define(wanted.position, wanted.key, v);
    if (!wanted.type) return;
    v->layout = wanted.type->layout;
    bool typeFits = wanted.type->dtype == v->dtype;
    bool rankFits = !wanted.type->shape || !v->shape || wanted.type->shape->size() == v->shape->size();
    if (!typeFits || !rankFits) in_.failAt(wanted.position, fmt::format("this value is {}", v->typeStr()));
    if (!v->shape) v->shape = wanted.type->shape;
  }

  void attribute(Node& node) {
    size_t start = in_.position();
    std::string name = in_.word();
    if (name.empty()) in_.fail("the name of an attribute is expected");
    // Symbols of dimensions that only run time knows are kept as attributes with names like symbol.n$0.
    in_.expect("=");
    bool known;
    AttrKind kind = attrKind(*node.op, name, known);
    Attribute value = attributeValue(known, kind);
    if (node.attrs.has(name)) in_.failAt(start, fmt::format("attribute '{}' is given twice", name));
    node.attrs.set(name, std::move(value));
  }

  Attribute attributeValue(bool known, AttrKind kind) {
    if (in_.peek() == '"') return in_.quoted();
    if (literalNext()) return literal();
    size_t start = in_.position();
    if (DataType type = typeFromName(in_.word()); type != DataType::kUndefined)
      return static_cast<int64_t>(type);
    in_.rewind(start);
    if (in_.take("[")) return attributeList(known, kind);
    bool real;
    in_.number(real);
    in_.rewind(start);
    if (real || (known && kind == AttrKind::kReal)) return in_.real();
    return in_.integer();
  }

  Attribute attributeList(bool known, AttrKind kind) {
    if (in_.take("]")) {
      if (known && kind == AttrKind::kReals) return std::vector<double>{};
      if (known && kind == AttrKind::kTexts) return std::vector<std::string>{};
      return std::vector<int64_t>{};
    }
    if (in_.peek() == '"') return list<std::string>([&] { return in_.quoted(); });
    size_t start = in_.position();
    bool anyReal = known && kind == AttrKind::kReals;
    for (bool real; !anyReal && in_.peek() != ']';) {
      in_.number(real);
      anyReal = real;
      if (!in_.take(",")) break;
    }
    in_.rewind(start);
    if (anyReal) return list<double>([&] { return in_.real(); });
    return list<int64_t>([&] { return in_.integer(); });
  }

  template <typename T, typename F>
  std::vector<T> list(F element) {
    std::vector<T> values;
    do values.push_back(element());
    while (in_.take(","));
    in_.expect("]");
    return values;
  }

  void results() {
    if (in_.peek() == '}' || in_.atEnd()) return;
    do {
      size_t start = in_.position();
      Value* v = read();
      if (!v) in_.failAt(start, "a graph output must be a value");
      graph_->outputs.push_back(v);
    } while (in_.take(","));
    in_.take(";");
  }

  Session& session_;
  TextScanner& in_;
  TextLiterals& literals_;
  int depth_;
  std::unique_ptr<Graph> graph_;
  std::unordered_map<std::string, Value*> values_;
};

}  // namespace

std::unique_ptr<Graph> parseGraph(std::string_view text, size_t maxBytes) {
  Session session(text, maxBytes);
  if (!session.in.takeWord("graph")) session.in.fail("the word 'graph' is expected");
  std::unique_ptr<Graph> graph = Parser(session, 0).graph(session.scope);
  if (!session.in.atEnd()) session.in.fail("text after the end of the graph");
  return graph;
}

TextCase parseCase(std::string_view text, size_t maxBytes) {
  Session session(text, maxBytes);
  return Parser(session, 0).oneLine();
}

}  // namespace tenfold
