#include <cstdlib>

#include "base/error.h"
#include "gpu_kernels.h"

namespace tenfold::bench {
namespace {

// Rates of an H200, measured with large products on random data; bytes read plus written.
constexpr double kBandwidth = 4.3e12, kHalf = 7.5e14, kTf32 = 3.95e14;

struct ConvRow {
  const char* name;
  int channels, size, out, kernel, stride, group;
  bool residual, pooled = false;
};
constexpr ConvRow kConvolutions[] = {
    {"resnet50/stem", 3, 224, 64, 7, 2, 1, false},
    {"resnet50/stem_pool", 3, 224, 64, 7, 2, 1, false, true},
    {"resnet50/1x1_56_reduce", 256, 56, 64, 1, 1, 1, false},
    {"resnet50/3x3_56", 64, 56, 64, 3, 1, 1, false},
    {"resnet50/1x1_56_add", 64, 56, 256, 1, 1, 1, true},
    {"resnet50/3x3_28", 128, 28, 128, 3, 1, 1, false},
    {"resnet50/1x1_28_add", 128, 28, 512, 1, 1, 1, true},
    {"resnet50/3x3_14", 256, 14, 256, 3, 1, 1, false},
    {"resnet50/1x1_14_add", 256, 14, 1024, 1, 1, 1, true},
    {"resnet50/3x3_7", 512, 7, 512, 3, 1, 1, false},
    {"resnet50/1x1_7_add", 512, 7, 2048, 1, 1, 1, true},
    {"mobilenet/1x1_112", 16, 112, 96, 1, 1, 1, false},
    {"mobilenet/1x1_56", 24, 56, 144, 1, 1, 1, false},
    {"mobilenet/dw_112", 32, 112, 32, 3, 1, 32, false},
    {"mobilenet/dw_56_s2", 144, 56, 144, 3, 2, 144, false},
    {"mobilenet/dw_14", 384, 14, 384, 3, 1, 384, false},
    {"convnext/dw7_56", 96, 56, 96, 7, 1, 96, false},
};

std::string region(const std::string& inputs, const char* kind, const std::string& body) {
  std::string names;
  for (size_t at = 0; at < inputs.size();) {
    size_t colon = inputs.find(':', at), next = inputs.find("], ", at);
    names += (at ? ", " : "") + inputs.substr(at, colon - at);
    at = next == std::string::npos ? inputs.size() : next + 3;
  }
  return fmt::format("y = Region({}) {{kind=\"{}\"}} graph body({}) {{ {} }}", names, kind, inputs, body);
}

KernelCase convolution(const ConvRow& r, int batch) {
  int pad = r.kernel / 2, size = (r.size + 2 * pad - r.kernel) / r.stride + 1;
  std::string x = fmt::format("x:f16[{},{},{},{}]", batch, r.channels, r.size, r.size);
  std::string rest = fmt::format("r:f16[{},{},{},{}]", batch, r.out, size, size);
  std::string w = fmt::format("w:f16[{},{},{},{}]", r.out, r.channels / r.group, r.kernel, r.kernel);
  std::string b = fmt::format("b:f16[{}]", r.out);
  std::string body = fmt::format(
      "c = Conv(x, w, b) {{strides=[{0},{0}], pads=[{1},{1},{1},{1}], group={2}}} ", r.stride, pad, r.group);
  body += r.residual ? "s = Add(c, r) q = Relu(s) return q"
          : r.pooled
              ? "q = Relu(c) m = MaxPool(q) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]} return m"
              : "q = Relu(c) return q";
  std::string outer = r.residual ? x + ", " + rest : x;
  auto constant = [](const std::string& typed) {
    return fmt::format("{} = const {} random(1,-0.05,0.05); ", typed.substr(0, 1), typed.substr(2));
  };
  int inputs = r.channels / r.group;  // of a filter
  double gflop = 2e-9 * batch * size * size * r.out * inputs * r.kernel * r.kernel;
  return {fmt::format("{}/b{}", r.name, batch), gflop, true,
          fmt::format("{} -> {}{}{}", outer, constant(w), constant(b),
                      region(outer + ", " + w + ", " + b, "conv", body))};
}

struct ProductRow {
  const char* name;
  int m, n, k;
  const char* epilogue;  // of z, a row of n more is b, a matrix is r
};
constexpr ProductRow kProducts[] = {
    {"square_8192", 8192, 8192, 8192, "none"},
    {"bert/qkv_b1", 128, 2304, 768, "bias"},
    {"bert/out_b1", 128, 768, 768, "residual"},
    {"bert/up_b1", 128, 3072, 768, "gelu"},
    {"bert/down_b1", 128, 768, 3072, "residual"},
    {"bert/qkv_b32", 4096, 2304, 768, "bias"},
    {"bert/out_b32", 4096, 768, 768, "residual"},
    {"bert/up_b32", 4096, 3072, 768, "gelu"},
    {"bert/down_b32", 4096, 768, 3072, "residual"},
    {"bert_large/up_b32", 12288, 4096, 1024, "gelu"},
    {"bert_large/down_b32", 12288, 1024, 4096, "residual"},
    {"vit/up_b1", 197, 3072, 768, "gelu"},
    {"vit/up_b32", 6304, 3072, 768, "gelu"},
    {"fc_b1", 1, 1000, 2048, "bias"},
    {"gpt2/row", 1, 3072, 768, "gelu"},
};

KernelCase product(const ProductRow& p) {
  std::string epilogue = p.epilogue;
  bool residual = epilogue == "residual", none = epilogue == "none";
  std::string x = fmt::format("x:f16[{},{}]", p.m, p.k), r = fmt::format("r:f16[{},{}]", p.m, p.n);
  std::string w = fmt::format("w:f16[{},{}]", p.k, p.n), b = fmt::format("b:f16[{}]", p.n);
  std::string outer = residual ? x + ", " + r : x;
  std::string constants = fmt::format("w = const f16[{},{}] random(1,-0.05,0.05); ", p.k, p.n);
  double gflop = 2e-9 * p.m * p.n * p.k;
  if (none) return {p.name, gflop, false, outer + " -> " + constants + "y = MatMul(x, w)"};
  constants += fmt::format("b = const f16[{}] random(2); ", p.n);
  std::string body = "z = MatMul(x, w) a = Add(z, b) ";
  body += residual ? "q = Add(a, r) return q" : epilogue == "gelu" ? "q = Gelu(a) return q" : "return a";
  return {p.name, gflop, false,
          fmt::format("{} -> {}{}", outer, constants, region(outer + ", " + w + ", " + b, "matmul", body))};
}

const KernelCase kOthers[] = {
    {"attention/bert_b1", 0.0503, false,
     "q:f16[1,12,128,64], k:f16[1,12,128,64], v:f16[1,12,128,64] -> y = Attention(q, k, v)"},
    {"attention/bert_large_b32", 19.33, false,
     "q:f16[32,16,384,64], k:f16[32,16,384,64], v:f16[32,16,384,64] -> y = Attention(q, k, v)"},
    {"attention/vit_b32", 3.815, false,
     "q:f16[32,12,197,64], k:f16[32,12,197,64], v:f16[32,12,197,64] -> y = Attention(q, k, v)"},
    {"attention/long", 137.4, false,
     "q:f16[2,16,4096,64], k:f16[2,16,4096,64], v:f16[2,16,4096,64] -> y = Attention(q, k, v)"},
    {"rows/layer_norm", 0, false,
     "x:f16[12288,1024], s:f16[1024], b:f16[1024] -> y = LayerNormalization(x, s, b)"},
    {"rows/layer_norm_b1", 0, false,
     "x:f16[128,768], s:f16[768], b:f16[768] -> y = LayerNormalization(x, s, b)"},
    {"rows/softmax", 0, false, "x:f16[32,12,128,128] -> y = Softmax(x)"},
    {"rows/softmax_f32_long", 0, false, "x:f32[1024,32000] -> y = Softmax(x)"},
    {"reduce/rows", 0, false, "x:f32[8192,4096] -> y = ReduceMean(x, i64[1]{1})"},
    {"reduce/columns", 0, false, "x:f32[8192,4096] -> y = ReduceMean(x, i64[1]{0})"},
    {"reduce/all", 0, false, "x:f32[8192,4096] -> y = ReduceSum(x, i64[2]{0,1})"},
    {"pool/global", 0, true, "x:f16[32,2048,7,7] -> y = GlobalAveragePool(x)"},
    {"pool/max_112", 0, true,
     "x:f16[32,64,112,112] -> y = MaxPool(x) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]}"},
    {"pointwise/gelu", 0, false, "x:f16[12288,4096] -> y = Gelu(x)"},
    {"pointwise/add_broadcast", 0, false, "x:f16[32,197,768], p:f16[1,197,768] -> y = Add(x, p)"},
    {"move/heads", 0, false, "x:f16[32,384,16,64] -> y = Transpose(x) {perm=[0,2,1,3]}"},
    {"move/to_channels_last", 0, false, "x:f16[32,256,56,56] -> y = Transpose(x) {perm=[0,2,3,1]}"},
    {"move/concat", 0, true, "a:f16[32,96,56,56], b:f16[32,32,56,56] -> y = Concat(a, b) {axis=1}"},
    {"gather/embedding", 0, false, "t:f16[30522,768], i:i64[32,128] -> y = Gather(t, i)"},
};

}  // namespace

std::vector<KernelCase> builtInCases() {
  std::vector<KernelCase> cases;
  for (int batch : {1, 32, 128})
    for (const ConvRow& r : kConvolutions) cases.push_back(convolution(r, batch));
  for (const ProductRow& p : kProducts) cases.push_back(product(p));
  cases.insert(cases.end(), std::begin(kOthers), std::end(kOthers));
  return cases;
}

std::vector<KernelCase> readCases(std::istream& in) {
  std::vector<KernelCase> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> fields;
    size_t at = 0;
    for (int i = 0; i < 3; ++i) {
      size_t bar = line.find(" | ", at);
      require(bar != std::string::npos, "a case is NAME | GFLOP | plain or last | TEXT, not '{}'", line);
      fields.push_back(line.substr(at, bar - at));
      at = bar + 3;
    }
    cases.push_back(
        {fields[0], std::strtod(fields[1].c_str(), nullptr), fields[2] == "last", line.substr(at)});
  }
  return cases;
}

double floorSeconds(const KernelCase& c, double bytes) {
  double rate = c.text.find(":f32[") != std::string::npos ? kTf32 : kHalf;
  return std::max(bytes / kBandwidth, c.gflop * 1e9 / rate);
}

}  // namespace tenfold::bench
