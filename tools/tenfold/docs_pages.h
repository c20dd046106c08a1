// The generated pages of the documentation, as Markdown. The same program gives the same text.
#pragma once

#include <string>

namespace tenfold {

std::string operatorsPage();  // every operator of the graph
std::string coveragePage();   // what of ONNX and of the programming interface works, and what does not

}  // namespace tenfold
