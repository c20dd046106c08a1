// Large tensors of a model in a file stay there: protobuf would copy them into memory of its own.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

namespace onnx {
class TensorProto;
}

namespace tenfold::onnx_frontend {

// Where the raw data of tensors is that their messages lack.
struct OutsideData {
  std::unordered_map<const onnx::TensorProto*, std::span<const std::byte>> of;
  std::shared_ptr<const void> owner;  // of the bytes
};

// The bytes of a model without the raw data of large initializers of the main graph; `taken` says where that
// is, by the initializer's number. Nothing where these are not the bytes of a message.
std::optional<std::string> withoutLargeData(std::span<const std::byte> model,
                                            std::map<int, std::span<const std::byte>>& taken);

}  // namespace tenfold::onnx_frontend
