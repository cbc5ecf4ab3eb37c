// Matrix products by cuBLAS, batched or not: C[b] = A[b] · B[b], m×k by k×n, row-major, sums in f32. Of f8 (E4M3, by
// cuBLASLt, result in bf16) B is stored transposed, since the library has no other form.
#include <cublasLt.h>
#include <cublas_v2.h>

#include "device.hpp"

namespace {

void checkBlas(cublasStatus_t status, const char* call, const char* file, int line) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string text = std::string(call) + " failed: " + cublasGetStatusString(status) + " (" + file + ":" + std::to_string(line) + ")";
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_ARCH_MISMATCH || status == CUBLAS_STATUS_INVALID_VALUE || status == CUBLAS_STATUS_ALLOC_FAILED) throw Failure(text);
  throw DeviceLost(text);
}

#define BLAS(call) checkBlas((call), #call, __FILE__, __LINE__)

// Made once: it takes long, and holds a workspace.
cublasHandle_t handle() {
  static cublasHandle_t made = nullptr;
  if (made == nullptr) BLAS(cublasCreate(&made));
  return made;
}

struct Extents {
  long long batch, m, n, k;
  explicit Extents(const Kernel& kernel) : batch(kernel.extent("batch", 1)), m(kernel.extent("m")), n(kernel.extent("n")), k(kernel.extent("k")) {
    for (const long long extent : {batch, m, n, k}) {
      if (extent > INT32_MAX) throw Failure("cuBLAS takes extents below 2^31");
    }
  }
};

template <typename T>
cudaDataType_t dataType();
template <>
cudaDataType_t dataType<float>() { return CUDA_R_32F; }
template <>
cudaDataType_t dataType<__half>() { return CUDA_R_16F; }
template <>
cudaDataType_t dataType<__nv_bfloat16>() { return CUDA_R_16BF; }

template <typename T>
class Matmul : public Work {
 public:
  Matmul(const Kernel& kernel, const Device& device, cublasComputeType_t compute, double tolerance) : size_(kernel), compute_(compute), tolerance_(tolerance) {
    const auto [batch, m, n, k] = size_;
    const long long sets = setCount(device, (batch * (m * k + k * n + m * n)) * sizeof(T));
    a_ = Sets<T>(batch * m * k, sets);
    b_ = Sets<T>(batch * k * n, sets);
    c_ = Sets<T>(batch * m * n, sets);
    a_.fill(1, 256, device.stream);
    b_.fill(2, 256, device.stream);
  }

  // cuBLAS stores by columns; the transposed product of the transposed factors is the same memory.
  void enqueue(long long index, cudaStream_t stream) override {
    const int m = static_cast<int>(size_.m), n = static_cast<int>(size_.n), k = static_cast<int>(size_.k);
    const float one = 1, zero = 0;
    const cudaDataType_t type = dataType<T>();
    BLAS(cublasSetStream(handle(), stream));
    if (size_.batch == 1) {
      BLAS(cublasGemmEx(handle(), CUBLAS_OP_N, CUBLAS_OP_N, n, m, k, &one, b_.at(index), type, n, a_.at(index), type, k, &zero, c_.at(index), type, n, compute_, CUBLAS_GEMM_DEFAULT));
    } else {
      BLAS(cublasGemmStridedBatchedEx(handle(), CUBLAS_OP_N, CUBLAS_OP_N, n, m, k, &one, b_.at(index), type, n, size_.k * size_.n, a_.at(index), type, k, size_.m * size_.k, &zero, c_.at(index), type, n,
                                      size_.m * size_.n, static_cast<int>(size_.batch), compute_, CUBLAS_GEMM_DEFAULT));
    }
  }

  void check(cudaStream_t stream) override {
    c_.spoil(stream);
    enqueue(0, stream);
    const auto expected = [this](long long position) {
      const long long column = position % size_.n, row = position / size_.n % size_.m, matrix = position / (size_.m * size_.n);
      double sum = 0;
      for (long long i = 0; i < size_.k; i++) sum += static_cast<double>(valueAt((matrix * size_.m + row) * size_.k + i, 1, 256)) * valueAt((matrix * size_.k + i) * size_.n + column, 2, 256);
      return sum;
    };
    checkResults(c_.at(0), size_.batch * size_.m * size_.n, {expected, size_.k, std::sqrt(static_cast<double>(size_.k)) / 3, tolerance_}, stream);
  }

 private:
  Extents size_;
  cublasComputeType_t compute_;
  double tolerance_;
  Sets<T> a_, b_, c_;
};

#ifdef HEDDLE_F8

// A descriptor of the library, destroyed with the object.
template <typename T, cublasStatus_t (*destroy)(T)>
struct Owned {
  T value = nullptr;
  Owned() = default;
  Owned(const Owned&) = delete;
  ~Owned() {
    if (value != nullptr) destroy(value);
  }
};

cublasLtHandle_t ltHandle() {
  static cublasLtHandle_t made = nullptr;
  if (made == nullptr) BLAS(cublasLtCreate(&made));
  return made;
}

constexpr size_t workspaceBytes = 32 << 20;

class MatmulF8 : public Work {
 public:
  MatmulF8(const Kernel& kernel, const Device& device) : size_(kernel) {
    const auto [batch, m, n, k] = size_;
    if (batch != 1) throw Failure("f8 products are not batched here");
    if (m % 16 != 0 || n % 16 != 0 || k % 16 != 0) throw Failure("cuBLASLt takes f8 products with extents that are multiples of 16");
    const long long sets = setCount(device, m * k + k * n + 2 * m * n);
    a_ = Sets<__nv_fp8_e4m3>(m * k, sets);
    b_ = Sets<__nv_fp8_e4m3>(n * k, sets);
    c_ = Sets<__nv_bfloat16>(m * n, sets);
    a_.fill(1, 8, device.stream);
    b_.fill(2, 8, device.stream);
    workspace_ = Buffer(workspaceBytes);
    BLAS(cublasLtMatmulDescCreate(&product_.value, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    const cublasOperation_t transposed = CUBLAS_OP_T;
    BLAS(cublasLtMatmulDescSetAttribute(product_.value, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof(transposed)));
    // By columns: B (n×k by rows) is k×n, A (m×k by rows) is k×m, C is n×m.
    BLAS(cublasLtMatrixLayoutCreate(&layoutB_.value, CUDA_R_8F_E4M3, k, n, k));
    BLAS(cublasLtMatrixLayoutCreate(&layoutA_.value, CUDA_R_8F_E4M3, k, m, k));
    BLAS(cublasLtMatrixLayoutCreate(&layoutC_.value, CUDA_R_16BF, n, m, n));
    Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy> preference;
    BLAS(cublasLtMatmulPreferenceCreate(&preference.value));
    const size_t most = workspaceBytes;
    BLAS(cublasLtMatmulPreferenceSetAttribute(preference.value, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most, sizeof(most)));
    int found = 0;
    BLAS(cublasLtMatmulAlgoGetHeuristic(ltHandle(), product_.value, layoutB_.value, layoutA_.value, layoutC_.value, layoutC_.value, preference.value, 1, &way_, &found));
    if (found == 0) throw Failure("cuBLASLt has no f8 product for these extents on this device");
  }

  void enqueue(long long index, cudaStream_t stream) override {
    const float one = 1, zero = 0;
    BLAS(cublasLtMatmul(ltHandle(), product_.value, &one, b_.at(index), layoutB_.value, a_.at(index), layoutA_.value, &zero, c_.at(index), layoutC_.value, c_.at(index), layoutC_.value, &way_.algo, workspace_.at(),
                        workspaceBytes, stream));
  }

  void check(cudaStream_t stream) override {
    c_.spoil(stream);
    enqueue(0, stream);
    const auto expected = [this](long long position) {
      const long long column = position % size_.n, row = position / size_.n;
      double sum = 0;
      for (long long i = 0; i < size_.k; i++) sum += static_cast<double>(valueAt(row * size_.k + i, 1, 8)) * valueAt(column * size_.k + i, 2, 8);
      return sum;
    };
    checkResults(c_.at(0), size_.m * size_.n, {expected, size_.k, std::sqrt(static_cast<double>(size_.k)) / 3, 1e-2}, stream);
  }

 private:
  Extents size_;
  Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy> product_;
  Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> layoutA_, layoutB_, layoutC_;
  cublasLtMatmulHeuristicResult_t way_{};
  Buffer workspace_;
  Sets<__nv_fp8_e4m3> a_, b_;
  Sets<__nv_bfloat16> c_;
};

#endif

}  // namespace

std::unique_ptr<Work> matmulWork(const Kernel& kernel, const Device& device) {
  if (kernel.kind != "matmul") return nullptr;
  if (kernel.dtype == "f32") return std::make_unique<Matmul<float>>(kernel, device, CUBLAS_COMPUTE_32F, 2e-4);
  if (kernel.dtype == "f16") return std::make_unique<Matmul<__half>>(kernel, device, CUBLAS_COMPUTE_32F, 2e-3);
  if (kernel.dtype == "tf32" || kernel.dtype == "bf16") {
    if (!device.atLeast(8, 0)) throw Failure(kernel.dtype + " needs a device of compute capability 8.0");
    if (kernel.dtype == "tf32") return std::make_unique<Matmul<float>>(kernel, device, CUBLAS_COMPUTE_32F_FAST_TF32, 1e-3);
    return std::make_unique<Matmul<__nv_bfloat16>>(kernel, device, CUBLAS_COMPUTE_32F, 1e-2);
  }
  if (kernel.dtype == "f8") {
    if (!device.atLeast(8, 9)) throw Failure("f8 needs a device of compute capability 8.9");
#ifdef HEDDLE_F8
    return std::make_unique<MatmulF8>(kernel, device);
#else
    throw Failure("f8 needs CUDA 11.8 or later");
#endif
  }
  throw Failure("there is no matmul for " + kernel.dtype + "; there are f32, tf32, f16, bf16, f8");
}

std::vector<std::pair<std::string, std::string>> matmulVersions() {
  int major = 0, minor = 0, patch = 0;
  BLAS(cublasGetProperty(MAJOR_VERSION, &major));
  BLAS(cublasGetProperty(MINOR_VERSION, &minor));
  BLAS(cublasGetProperty(PATCH_LEVEL, &patch));
  return {{"cublas", std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch)}};
}
