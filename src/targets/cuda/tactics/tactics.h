// Every tactic of the CUDA target: families of generated kernels, then those of libraries and the host.
#pragma once

#include <memory>

namespace tenfold {
class Tactic;
}

namespace tenfold::cuda {

struct Device;
struct GeneratedFamily;  // generated.h
struct CallFamily;       // call_tactic.h

// Matrix products: any pointwise epilogue, transposed and broadcast operands, any sizes and types; 1x1
// convolutions in channels-last layout likewise. See gemm_config.h for the variants.
extern const GeneratedFamily kGemm;
// Pointwise nodes and regions: any broadcasting, both layouts, several outputs.
extern const GeneratedFamily kPointwise;
// Reductions, Softmax, LogSoftmax and normalizations, with the pointwise nodes around them: any axes, both
// layouts.
extern const GeneratedFamily kRowOperators;

// Convolutions of every kind by one simple kernel: any rank, group, stride, dilation, layout and type, plain
// or transposed, weights that are known or not. What nothing better takes comes here.
extern const GeneratedFamily kDirectConv;
// Convolutions of each channel by itself in channels-last layout, bound by memory: vectors of channels, tiles
// of pixels in registers.
extern const GeneratedFamily kDepthwiseConv;
// The same by the tensor cores (kernels/conv_depthwise_mma.cuh): 16-bit floats.
extern const GeneratedFamily kDepthwiseMma;
// Convolutions of images with few channels, the first layers of networks, by the tensor cores
// (kernels/conv_few.cuh): the image in any layout, the result channels-last.
extern const GeneratedFamily kFewChannels;
// The same with the MaxPool behind them (kernels/conv_few_pool.cuh).
extern const GeneratedFamily kFewChannelsPool;
// Convolutions in channels-last layout as products by the tensor cores (kernels/conv_mma.cuh): 16-bit floats,
// and 32-bit ones where TF32 is allowed.
extern const GeneratedFamily kImplicitGemm;
// The same on Hopper by its own matrix instruction and the copy engine (kernels/conv_wgmma.cuh), one or two
// spatial axes, one group, channels in multiples of 16 bytes.
extern const GeneratedFamily kWarpgroupConv;

// Attention by matrix instructions, its scores in registers only (kernels/attention.cuh): 16-bit floats, and
// 32-bit ones through TF32, once where that is allowed and as three products otherwise. Head sizes to 256,
// views before and behind, masks, causality, windows, soft cap, grouped heads, past and present keys.
extern const GeneratedFamily kFlashAttention;
// Attention with everything that flash attention refuses: scores as an output, double precision, any head
// size and strides (kernels/attention_plain.cuh). A block for each query; not fast.
extern const GeneratedFamily kPlainAttention;
// LSTM, GRU and RNN with every option of ONNX (kernels/recurrent.cuh): one product for the inputs of all
// steps, then all steps in one launch whose blocks keep the recurrence weights in shared memory.
extern const GeneratedFamily kRecurrent;

// Gather, GatherElements, GatherND, ScatterElements, ScatterND and OneHot, with indices of 32 or 64 bits on
// the device. Plain layout, elements of whole bytes. An index beyond the extent reads zero and writes
// nothing.
extern const GeneratedFamily kGather;
// What targets/moves.h plans: Transpose, Slice, Concat, ... Any layout, elements of whole bytes.
extern const GeneratedFamily kMovement;
// Pad in every mode, negative pads included. Any layout, elements of whole bytes.
extern const GeneratedFamily kPad;
// MaxPool (without indices), AveragePool, GlobalAveragePool and GlobalMaxPool over one to three spatial axes,
// with a pointwise epilogue. Both layouts; floats, and 8-bit integers for the maxima.
extern const GeneratedFamily kPool;
// The mean of images in channels-last layout with two small products and their activations behind it, as
// squeeze-and-excitation begins (kernels/squeeze_excite.cuh): 16- and 32-bit floats, the latter exactly.
extern const GeneratedFamily kSqueezeExcite;
// Resize along up to three neighbouring axes, every mode but tf_crop_and_resize; any layout. Nearest copies
// elements of whole bytes, the others combine floats of 16 and 32 bits.
extern const GeneratedFamily kResize;

// ArgMax, ArgMin, Hardmax, TopK, CumSum, CumProd, NonZero, Compress, NonMaxSuppression.
extern const CallFamily kSelection;
// Tensors made from positions: Range, ConstantOfShape, EyeLike, Trilu, Shape, Size, random numbers, ...
extern const CallFamily kPatterns;
// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, MatMulInteger, ConvInteger.
extern const CallFamily kQuantization;
// GridSample, RoiAlign and other operators that look at a neighbourhood of images.
extern const CallFamily kImages;
// Reductions of integers and doubles, DFT, STFT, Det, RotaryEmbedding.
extern const CallFamily kSums;
// BatchNormalization, GroupNormalization, LayerNormalization with its statistics, LpNormalization, losses.
extern const CallFamily kNormalization;
// Elements of 2 and 4 bits that Concat, Expand, Gather, Slice, Split, Tile, Transpose and views move.
extern const CallFamily kPacked;
// Unique: different elements, or slices along an axis, by a sort in memory.
extern const CallFamily kUnique;
// LinearAttention with every rule, keys of up to 512 elements: a warp for each column of a head's state.
extern const CallFamily kLinearAttention;

// Matrix products, and convolutions that are matrix products, by cuBLASLt, with the epilogues that it knows:
// relu(alpha * A * B + residual + bias). Constants stay inputs: nothing is packed. Configurations are
// "algo=I", the heuristic's choices for the shapes at hand in its order; "heuristic", the first of them,
// where there is no device to ask. ",tf32" follows where f32 factors may be rounded.
std::unique_ptr<Tactic> makeCublasLt(const Device& device);
// Convolutions and transposed convolutions over one to three axes by cuDNN's graph API, with what follows
// them: fused by cuDNN as activation(alpha * product + residual + bias) where an engine knows it, else by a
// generated pointwise kernel. Every plan is compiled while building and kept in the plan file. Configurations
// are "fused, engine E, K=V..." or "bare, engine E, K=V...": the engine and its knobs by cuDNN's numbers.
// ", tf32" follows where f32 factors may be rounded.
std::unique_ptr<Tactic> makeCudnnConv(const Device& device);
// Attention without caches in f16 and bf16 by cuDNN's fused engines: no mask, causal, or a constant mask that
// is added to the scores. Configurations are "engine E, K=V...".
std::unique_ptr<Tactic> makeCudnnAttention(const Device& device);
// The last resort: copies the inputs to the host, runs the reference evaluation there, and copies the results
// back. It waits for the stream. The inspector shows it, and the builder warns of it.
std::unique_ptr<Tactic> makeHost();

}  // namespace tenfold::cuda
