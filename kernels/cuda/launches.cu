// What launches and transfers cost: an empty kernel by the device's clock (one after the other in a stream) and by the
// host's (until it is done), a graph of empty kernels, and bytes between host and device.
#include <chrono>
#include <cstring>

#include "device.hpp"

namespace {

__global__ void emptyKernel() {}

double nanosecondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

class Launch : public Work {
 public:
  void enqueue(long long, cudaStream_t stream) override {
    emptyKernel<<<1, 1, 0, stream>>>();
    LAUNCHED();
  }
};

class Submit : public Work {
 public:
  explicit Submit(const Device& device) : stream_(device.stream) {}
  bool byHost() const override { return true; }
  double once() override {
    return nanosecondsOf([this] {
      emptyKernel<<<1, 1, 0, stream_>>>();
      LAUNCHED();
      CUDA(cudaStreamSynchronize(stream_));
    });
  }

 private:
  cudaStream_t stream_;
};

// A graph of so many empty kernels, one after the other; the time is that of launching it, until it is done.
class Graph : public Work {
 public:
  Graph(const Kernel& kernel, const Device& device) : stream_(device.stream) {
    const long long nodes = kernel.extent("nodes");
    cudaGraph_t graph = nullptr;
    CUDA(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
    for (long long i = 0; i < nodes; i++) emptyKernel<<<1, 1, 0, stream_>>>();
    CUDA(cudaStreamEndCapture(stream_, &graph));
    const cudaError_t made = cudaGraphInstantiateWithFlags(&ready_, graph, 0);
    cudaGraphDestroy(graph);
    CUDA(made);
  }
  ~Graph() override {
    if (ready_ != nullptr) cudaGraphExecDestroy(ready_);
  }
  bool byHost() const override { return true; }
  double once() override {
    return nanosecondsOf([this] {
      CUDA(cudaGraphLaunch(ready_, stream_));
      CUDA(cudaStreamSynchronize(stream_));
    });
  }

 private:
  cudaStream_t stream_;
  cudaGraphExec_t ready_ = nullptr;
};

// Memory of the host, page-locked or not, freed with the object.
class HostBuffer {
 public:
  HostBuffer(size_t bytes, bool pinned) : pinned_(pinned) {
    if (pinned) CUDA(cudaMallocHost(&data_, bytes));
    else data_ = std::malloc(bytes);
    if (data_ == nullptr) throw Failure("the host has too little memory");
    // Touched, so that its pages are there.
    std::memset(data_, 1, bytes);
  }
  HostBuffer(const HostBuffer&) = delete;
  ~HostBuffer() {
    if (pinned_) cudaFreeHost(data_);
    else std::free(data_);
  }
  unsigned char* at(size_t offset = 0) const { return static_cast<unsigned char*>(data_) + offset; }

 private:
  void* data_ = nullptr;
  bool pinned_;
};

// Bytes there ("transfer.to-device"), back ("transfer.to-host"), or both ways at once ("transfer.both"), each from the call
// until they have arrived.
class Transfer : public Work {
 public:
  Transfer(const Kernel& kernel, const Device& device) : bytes_(kernel.extent("bytes")), there_(kernel.kind != "transfer.to-host"), back_(kernel.kind != "transfer.to-device"), stream_(device.stream),
        source_(bytes_, pinnedOf(kernel)), target_(bytes_, pinnedOf(kernel)), onDevice_(bytes_), alsoOnDevice_(bytes_) {
    CUDA(cudaStreamCreateWithFlags(&second_, cudaStreamNonBlocking));
    CUDA(cudaMemset(alsoOnDevice_.at(), 2, bytes_));
    CUDA(cudaDeviceSynchronize());
  }
  ~Transfer() override { cudaStreamDestroy(second_); }
  bool byHost() const override { return true; }
  double once() override {
    return nanosecondsOf([this] {
      if (there_) CUDA(cudaMemcpyAsync(onDevice_.at(), source_.at(), bytes_, cudaMemcpyHostToDevice, stream_));
      if (back_) CUDA(cudaMemcpyAsync(target_.at(), alsoOnDevice_.at(), bytes_, cudaMemcpyDeviceToHost, second_));
      CUDA(cudaStreamSynchronize(stream_));
      CUDA(cudaStreamSynchronize(second_));
    });
  }
  void check(cudaStream_t) override {
    if (back_ && (target_.at()[0] != 2 || target_.at()[bytes_ - 1] != 2)) throw Failure("wrong result: other bytes came back");
    if (!there_) return;
    unsigned char ends[2] = {0, 0};
    CUDA(cudaMemcpy(&ends[0], onDevice_.at(), 1, cudaMemcpyDeviceToHost));
    CUDA(cudaMemcpy(&ends[1], onDevice_.at(bytes_ - 1), 1, cudaMemcpyDeviceToHost));
    if (ends[0] != 1 || ends[1] != 1) throw Failure("wrong result: other bytes arrived");
  }

 private:
  static bool pinnedOf(const Kernel& kernel) {
    if (kernel.variant.empty() || kernel.variant == "pageable") return false;
    if (kernel.variant == "pinned") return true;
    throw Failure("there is no variant \"" + kernel.variant + "\"; there are pinned and pageable");
  }
  size_t bytes_;
  bool there_, back_;
  cudaStream_t stream_, second_ = nullptr;
  HostBuffer source_, target_;
  Buffer onDevice_, alsoOnDevice_;
};

}  // namespace

std::unique_ptr<Work> launchWork(const Kernel& kernel, const Device& device) {
  if (kernel.kind == "launch.kernel") return std::make_unique<Launch>();
  if (kernel.kind == "launch.submit") return std::make_unique<Submit>(device);
  if (kernel.kind == "launch.graph") return std::make_unique<Graph>(kernel, device);
  if (kernel.kind.rfind("transfer.", 0) == 0) return std::make_unique<Transfer>(kernel, device);
  return nullptr;
}
