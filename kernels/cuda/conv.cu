// Convolutions over two spatial dimensions by cuDNN, with the fastest algorithm that it finds when it tries them. Built
// with -DHEDDLE_CUDNN where the library is there. Images lie as n × channels × height × width, or with the variant
// "nhwc" as n × height × width × channels. Sums are in f32.
#include "device.hpp"

#ifndef HEDDLE_CUDNN

std::unique_ptr<Work> convWork(const Kernel& kernel, const Device&) {
  if (kernel.kind == "conv" || kernel.kind == "depthwise-conv") throw Failure("built without cuDNN");
  return nullptr;
}

std::vector<std::pair<std::string, std::string>> convVersions() { return {}; }

#else

#include <cudnn.h>

namespace {

void checkDnn(cudnnStatus_t status, const char* call, const char* file, int line) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  const std::string text = std::string(call) + " failed: " + cudnnGetErrorString(status) + " (" + file + ":" + std::to_string(line) + ")";
  if (status == CUDNN_STATUS_EXECUTION_FAILED || status == CUDNN_STATUS_INTERNAL_ERROR) throw DeviceLost(text);
  throw Failure(text);
}

#define DNN(call) checkDnn((call), #call, __FILE__, __LINE__)

// Made once: it takes long.
cudnnHandle_t handle() {
  static cudnnHandle_t made = nullptr;
  if (made == nullptr) DNN(cudnnCreate(&made));
  return made;
}

// A descriptor of the library, destroyed with the object.
template <typename T, cudnnStatus_t (*create)(T*), cudnnStatus_t (*destroy)(T)>
struct Owned {
  T value = nullptr;
  Owned() { DNN(create(&value)); }
  Owned(const Owned&) = delete;
  ~Owned() {
    if (value != nullptr) destroy(value);
  }
};

struct Window {
  int stride, padding;
};

// Windows side by side where they tile the input, else the smallest stride, and for it the smallest padding on both sides,
// that lead from one extent to the other: the catalogue keeps the extents alone.
Window slidingWindow(long long input, long long output, long long kernel) {
  if (input == output * kernel) return {static_cast<int>(kernel), 0};
  for (long long stride = 1; stride <= input; stride++) {
    for (long long padding = 0; 2 * padding <= kernel; padding++) {
      const long long span = input + 2 * padding - kernel;
      if (span >= 0 && span / stride + 1 == output) return {static_cast<int>(stride), static_cast<int>(padding)};
    }
  }
  throw Failure("no stride and padding lead from " + std::to_string(input) + " to " + std::to_string(output) + " with a window of " + std::to_string(kernel));
}

template <typename T>
class Conv : public Work {
 public:
  Conv(const Kernel& kernel, const Device& device, cudnnDataType_t type, cudnnMathType_t math) {
    const auto extent = [&](const char* name) { return static_cast<int>(kernel.extent(name)); };
    n_ = extent("n"), cIn_ = extent("cIn"), cOut_ = extent("cOut"), h_ = extent("h"), w_ = extent("w"), hOut_ = extent("hOut"), wOut_ = extent("wOut"), kh_ = extent("kh"), kw_ = extent("kw");
    groups_ = static_cast<int>(kernel.extent("groups", kernel.kind == "depthwise-conv" ? cIn_ : 1));
    if (kernel.extent("d", 1) != 1 || kernel.extent("kd", 1) != 1) throw Failure("there are convolutions over two spatial dimensions only");
    if (cIn_ % groups_ != 0 || cOut_ % groups_ != 0) throw Failure("the channels cannot be cut into equal groups");
    if (!kernel.variant.empty() && kernel.variant != "nhwc") throw Failure("there is no variant \"" + kernel.variant + "\"; there is nhwc");
    last_ = kernel.variant == "nhwc";
    vertical_ = slidingWindow(h_, hOut_, kh_);
    horizontal_ = slidingWindow(w_, wOut_, kw_);

    const long long images = static_cast<long long>(n_) * cIn_ * h_ * w_, weights = static_cast<long long>(cOut_) * (cIn_ / groups_) * kh_ * kw_, results = static_cast<long long>(n_) * cOut_ * hOut_ * wOut_;
    const long long sets = setCount(device, (images + weights + results) * sizeof(T));
    image_ = Sets<T>(images, sets);
    weight_ = Sets<T>(weights, sets);
    result_ = Sets<T>(results, sets);
    image_.fill(1, 256, device.stream);
    weight_.fill(2, 256, device.stream);

    const cudnnTensorFormat_t format = last_ ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
    DNN(cudnnSetTensor4dDescriptor(imageOf_.value, format, type, n_, cIn_, h_, w_));
    DNN(cudnnSetFilter4dDescriptor(weightOf_.value, type, format, cOut_, cIn_ / groups_, kh_, kw_));
    DNN(cudnnSetTensor4dDescriptor(resultOf_.value, format, type, n_, cOut_, hOut_, wOut_));
    DNN(cudnnSetConvolution2dDescriptor(conv_.value, vertical_.padding, horizontal_.padding, vertical_.stride, horizontal_.stride, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    DNN(cudnnSetConvolutionGroupCount(conv_.value, groups_));
    DNN(cudnnSetConvolutionMathType(conv_.value, math));

    int count = 0;
    cudnnConvolutionFwdAlgoPerf_t found[CUDNN_CONVOLUTION_FWD_ALGO_COUNT];
    DNN(cudnnSetStream(handle(), device.stream));
    DNN(cudnnFindConvolutionForwardAlgorithm(handle(), imageOf_.value, weightOf_.value, conv_.value, resultOf_.value, CUDNN_CONVOLUTION_FWD_ALGO_COUNT, &count, found));
    // The fastest comes first; what did not fit or is not there follows with its status.
    for (int i = 0; i < count; i++) {
      if (found[i].status != CUDNN_STATUS_SUCCESS) continue;
      algorithm_ = found[i].algo;
      workspace_ = Buffer(found[i].memory);
      DNN(cudnnSetConvolutionMathType(conv_.value, found[i].mathType));
      return;
    }
    throw Failure("cuDNN has no convolution for these extents on this device");
  }

  void enqueue(long long index, cudaStream_t stream) override {
    const float one = 1, zero = 0;
    DNN(cudnnSetStream(handle(), stream));
    DNN(cudnnConvolutionForward(handle(), &one, imageOf_.value, image_.at(index), weightOf_.value, weight_.at(index), conv_.value, algorithm_, workspace_.at(), workspace_.bytes(), &zero, resultOf_.value, result_.at(index)));
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    const int channels = cIn_ / groups_;
    const auto expected = [this, channels](long long position) {
      const long long plane = static_cast<long long>(hOut_) * wOut_;
      const long long picture = position / (plane * cOut_), rest = position % (plane * cOut_);
      const long long channel = last_ ? rest % cOut_ : rest / plane, place = last_ ? rest / cOut_ : rest % plane;
      const long long y = place / wOut_, x = place % wOut_, first = channel / (cOut_ / groups_) * channels;
      double sum = 0;
      for (long long c = 0; c < channels; c++) {
        for (long long dy = 0; dy < kh_; dy++) {
          for (long long dx = 0; dx < kw_; dx++) {
            const long long row = y * vertical_.stride + dy - vertical_.padding, column = x * horizontal_.stride + dx - horizontal_.padding;
            if (row < 0 || row >= h_ || column < 0 || column >= w_) continue;
            const long long pixel = last_ ? ((picture * h_ + row) * w_ + column) * cIn_ + first + c : ((picture * cIn_ + first + c) * h_ + row) * w_ + column;
            const long long weight = last_ ? ((channel * kh_ + dy) * kw_ + dx) * channels + c : ((channel * channels + c) * kh_ + dy) * kw_ + dx;
            sum += static_cast<double>(valueAt(pixel, 1, 256)) * valueAt(weight, 2, 256);
          }
        }
      }
      return sum;
    };
    const long long steps = static_cast<long long>(channels) * kh_ * kw_;
    // Winograd and Fourier transforms give up digits: they add and subtract what is larger than the result.
    checkResults(result_.at(0), result_.elements(), {expected, steps, std::sqrt(static_cast<double>(steps)) / 3, std::is_same<T, float>::value ? 3e-3 : 2e-2}, stream);
  }

 private:
  int n_, cIn_, cOut_, h_, w_, hOut_, wOut_, kh_, kw_, groups_;
  bool last_ = false;
  Window vertical_{}, horizontal_{};
  Sets<T> image_, weight_, result_;
  Owned<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor> imageOf_, resultOf_;
  Owned<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor> weightOf_;
  Owned<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor> conv_;
  cudnnConvolutionFwdAlgo_t algorithm_{};
  Buffer workspace_;
};

}  // namespace

std::unique_ptr<Work> convWork(const Kernel& kernel, const Device& device) {
  if (kernel.kind != "conv" && kernel.kind != "depthwise-conv") return nullptr;
  // f32 products must not go through tensor cores, which would make them tf32.
  if (kernel.dtype == "f32") return std::make_unique<Conv<float>>(kernel, device, CUDNN_DATA_FLOAT, CUDNN_FMA_MATH);
  if (kernel.dtype == "f16") return std::make_unique<Conv<__half>>(kernel, device, CUDNN_DATA_HALF, CUDNN_TENSOR_OP_MATH);
  if (kernel.dtype == "tf32" || kernel.dtype == "bf16") {
    if (!device.atLeast(8, 0)) throw Failure(kernel.dtype + " needs a device of compute capability 8.0");
    if (kernel.dtype == "tf32") return std::make_unique<Conv<float>>(kernel, device, CUDNN_DATA_FLOAT, CUDNN_TENSOR_OP_MATH);
    return std::make_unique<Conv<__nv_bfloat16>>(kernel, device, CUDNN_DATA_BFLOAT16, CUDNN_TENSOR_OP_MATH);
  }
  throw Failure("there is no " + kernel.kind + " for " + kernel.dtype + "; there are f32, tf32, f16, bf16");
}

std::vector<std::pair<std::string, std::string>> convVersions() {
  const size_t version = cudnnGetVersion();
  const size_t scale = version >= 90000 ? 10000 : 1000;
  return {{"cudnn", std::to_string(version / scale) + "." + std::to_string(version % scale / 100) + "." + std::to_string(version % 100)}};
}

#endif
