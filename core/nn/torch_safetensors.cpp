// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch_safetensors.h"

#include "core/base/error.h"
#include "core/base/interruption.h"

#include <cstring>

namespace portrait {

at::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return at::kBool;
    case DType::kU8:
      return at::kByte;
    case DType::kI8:
      return at::kChar;
    case DType::kI16:
      return at::kShort;
    case DType::kI32:
      return at::kInt;
    case DType::kI64:
      return at::kLong;
    case DType::kF16:
      return at::kHalf;
    case DType::kBF16:
      return at::kBFloat16;
    case DType::kF32:
      return at::kFloat;
    case DType::kF64:
      return at::kDouble;
  }
  fail(ErrorCode::kInternal, "A tensor type without a LibTorch counterpart");
}

namespace {

DType dtype_of(at::ScalarType type) {
  for (DType dtype : {DType::kBool, DType::kU8, DType::kI8, DType::kI16, DType::kI32, DType::kI64,
                      DType::kF16, DType::kBF16, DType::kF32, DType::kF64}) {
    if (scalar_type(dtype) == type) return dtype;
  }
  fail(ErrorCode::kInternal, "Tensors of type {} cannot be saved", at::toString(type));
}

}  // namespace

Tensor to_tensor(const TensorView& view) {
  Tensor tensor = at::empty(view.shape, at::TensorOptions().dtype(scalar_type(view.dtype)));
  std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
  return tensor;
}

TensorMap load_tensors(const SafetensorsFile& file, at::ScalarType dtype, at::Device device) {
  TensorMap tensors;
  for (const auto& [name, view] : file.tensors()) {
    interruption_point();
    Tensor tensor = to_tensor(view);
    if (tensor.is_floating_point()) tensor = tensor.to(dtype);
    tensors.emplace(name, tensor.to(device));
  }
  return tensors;
}

void save_tensors(const std::filesystem::path& path, const TensorMap& tensors,
                  const std::map<std::string, std::string>& metadata, at::ScalarType floating) {
  std::vector<Tensor> held;  // keeps the converted copies alive until they are written
  std::vector<TensorToSave> entries;
  for (const auto& [name, given] : tensors) {
    Tensor tensor = given.detach().to(at::kCPU);
    if (tensor.is_floating_point()) tensor = tensor.to(floating);
    held.push_back(tensor.contiguous());
    const Tensor& kept = held.back();
    entries.push_back({name, dtype_of(kept.scalar_type()), kept.sizes().vec(),
                       {static_cast<const std::byte*>(kept.data_ptr()), kept.nbytes()}});
  }
  save_safetensors(path, entries, metadata);
}

}  // namespace portrait
