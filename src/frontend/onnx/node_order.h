// The order in which a graph's nodes can be imported.
#pragma once

#include <vector>

namespace onnx {
class NodeProto;
}

namespace tenfold::onnx_frontend {

// Every node after those whose outputs it, or a graph inside it, reads; otherwise as listed. Nodes on a cycle
// come last, in the listed order. ONNX asks for sorted graphs; not all exporters keep to it.
std::vector<int> importOrder(const std::vector<const onnx::NodeProto*>& nodes);

}  // namespace tenfold::onnx_frontend
