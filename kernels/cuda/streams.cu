// What streams that run at the same time do to each other: small kernels, one a stream ("stream.kernels"), and streams that
// contend for the bandwidth of the memory, each copying with a limited number of blocks ("stream.bandwidth"). The time is
// from the first one's start to the last one's end.
#include "device.hpp"

namespace {

__global__ void addKernel(const float* left, const float* right, float* result, long long elements) {
  const long long i = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
  if (i < elements) result[i] = left[i] + right[i];
}

__global__ void __launch_bounds__(1024) copyTurns(const float4* source, float4* result, long long vectors) {
  for (long long i = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x; i < vectors; i += static_cast<long long>(gridDim.x) * blockDim.x) result[i] = source[i];
}

class Streams : public Work {
 public:
  Streams(const Kernel& kernel, const Device& device) : count_(kernel.extent("streams")), elements_(kernel.extent("elements")), units_(kernel.kind == "stream.bandwidth" ? kernel.extent("units") : 0) {
    if (count_ > 128) throw Failure("there are at most 128 streams");
    if (units_ > 0 && elements_ % 4 != 0) throw Failure("needs elements in fours");
    sets_ = setCount(device, static_cast<size_t>((units_ > 0 ? 2 : 3) * elements_ * count_) * sizeof(float));
    left_ = Sets<float>(elements_, sets_ * count_);
    result_ = Sets<float>(elements_, sets_ * count_);
    left_.fill(1, 256, device.stream);
    if (units_ == 0) {
      right_ = Sets<float>(elements_, sets_ * count_);
      right_.fill(2, 256, device.stream);
    }
    streams_.resize(count_);
    ends_.resize(count_);
    for (auto& stream : streams_) CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (auto& end : ends_) CUDA(cudaEventCreateWithFlags(&end, cudaEventDisableTiming));
    CUDA(cudaEventCreateWithFlags(&start_, cudaEventDisableTiming));
  }
  ~Streams() override {
    for (const auto stream : streams_) cudaStreamDestroy(stream);
    for (const auto end : ends_) cudaEventDestroy(end);
    if (start_ != nullptr) cudaEventDestroy(start_);
  }

  // All streams start after what is in `stream` already, and `stream` goes on after all of them.
  void enqueue(long long index, cudaStream_t stream) override {
    CUDA(cudaEventRecord(start_, stream));
    for (long long i = 0; i < count_; i++) {
      CUDA(cudaStreamWaitEvent(streams_[i], start_, 0));
      const long long set = index % sets_ * count_ + i;
      if (units_ > 0) {
        copyTurns<<<static_cast<unsigned>(units_), 1024, 0, streams_[i]>>>(reinterpret_cast<const float4*>(left_.at(set)), reinterpret_cast<float4*>(result_.at(set)), elements_ / 4);
      } else {
        addKernel<<<static_cast<unsigned>((elements_ + 255) / 256), 256, 0, streams_[i]>>>(left_.at(set), right_.at(set), result_.at(set), elements_);
      }
      LAUNCHED();
      CUDA(cudaEventRecord(ends_[i], streams_[i]));
      CUDA(cudaStreamWaitEvent(stream, ends_[i], 0));
    }
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    for (long long i = 0; i < count_; i++) {
      checkResults(result_.at(i), elements_, {[this](long long position) { return static_cast<double>(valueAt(position, 1, 256)) + (units_ > 0 ? 0 : valueAt(position, 2, 256)); }, 1000, 1, 1e-6}, stream);
    }
  }

 private:
  long long count_, elements_, units_, sets_ = 1;
  Sets<float> left_, right_, result_;
  std::vector<cudaStream_t> streams_;
  std::vector<cudaEvent_t> ends_;
  cudaEvent_t start_ = nullptr;
};

}  // namespace

std::unique_ptr<Work> streamWork(const Kernel& kernel, const Device& device) {
  if (kernel.kind == "stream.kernels" || kernel.kind == "stream.bandwidth") return std::make_unique<Streams>(kernel, device);
  return nullptr;
}
