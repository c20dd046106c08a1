#include "frontend/onnx/outside_data.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "onnx.pb.h"

namespace tenfold::onnx_frontend {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using Bytes = std::span<const std::byte>;

constexpr size_t kLarge = size_t{1} << 18;

struct Field {
  int number;
  bool isDelimited;      // a message, a text, or raw data
  Bytes whole, payload;  // with and without what says which field it is
};

// Calls visit(field) for the fields of a message; false where the bytes are none.
template <typename Visit>
bool forEachField(Bytes message, const Visit& visit) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(message.data()), static_cast<int>(message.size()));
  for (;;) {
    int begin = in.CurrentPosition();
    uint32_t tag = in.ReadTag();
    if (!tag) return in.ConsumedEntireMessage();
    bool isDelimited = WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    uint32_t size = 0;
    int from = in.CurrentPosition();
    if (isDelimited) {
      if (!in.ReadVarint32(&size)) return false;
      from = in.CurrentPosition();
      if (size > message.size() || !in.Skip(static_cast<int>(size))) return false;
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return false;
    }
    auto at = [&](int a, int b) {
      return message.subspan(static_cast<size_t>(a), static_cast<size_t>(b - a));
    };
    visit(Field{WireFormatLite::GetTagFieldNumber(tag), isDelimited, at(begin, in.CurrentPosition()),
                at(from, in.CurrentPosition())});
  }
}

void append(std::string& to, Bytes bytes) {
  to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void appendMessage(std::string& to, int number, const std::string& message) {
  uint8_t head[16];
  uint8_t* end = WireFormatLite::WriteTagToArray(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED, head);
  end = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(message.size()),
                                                                      end);
  to.append(reinterpret_cast<const char*>(head), static_cast<size_t>(end - head));
  to += message;
}

// A tensor's message without its one large piece of raw data; nothing where it has none.
std::optional<std::string> cutTensor(Bytes tensor, Bytes& data) {
  std::string rest;
  int pieces = 0;
  bool isMessage = forEachField(tensor, [&](const Field& f) {
    if (f.number == onnx::TensorProto::kRawDataFieldNumber && f.isDelimited)
      ++pieces, data = f.payload;
    else
      append(rest, f.whole);
  });
  if (!isMessage || pieces != 1 || data.size() < kLarge) return std::nullopt;
  return rest;
}

}  // namespace

std::optional<std::string> withoutLargeData(Bytes model, std::map<int, Bytes>& taken) {
  std::string result;
  int initializers = 0;
  bool isMessage = true;
  auto addToGraph = [&](std::string& graph, const Field& f) {
    if (f.number != onnx::GraphProto::kInitializerFieldNumber || !f.isDelimited)
      return append(graph, f.whole);
    Bytes data;
    std::optional<std::string> rest = cutTensor(f.payload, data);
    if (rest) {
      taken[initializers] = data;
      appendMessage(graph, f.number, *rest);
    } else {
      append(graph, f.whole);
    }
    ++initializers;
  };
  isMessage &= forEachField(model, [&](const Field& f) {
    if (f.number != onnx::ModelProto::kGraphFieldNumber || !f.isDelimited) return append(result, f.whole);
    std::string graph;
    isMessage &= forEachField(f.payload, [&](const Field& inner) { addToGraph(graph, inner); });
    appendMessage(result, f.number, graph);
  });
  return isMessage ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace tenfold::onnx_frontend
