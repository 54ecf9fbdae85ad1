// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/tensor_reader.h"

#include "core/base/interruption.h"
#include "core/nn/torch_safetensors.h"

#include <cstdint>
#include <utility>

namespace portrait {
namespace {

class FileReader : public TensorReader {
 public:
  FileReader(std::shared_ptr<const SafetensorsFile> file, at::ScalarType dtype)
      : file_(std::move(file)), dtype_(dtype) {}

  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& [name, view] : file_->tensors()) names.push_back(name);
    return names;
  }

  bool has(const std::string& name) const override { return file_->contains(name); }

  Tensor read(const std::string& name) const override {
    interruption_point();
    const TensorView& view = file_->at(name);
    const at::ScalarType stored = scalar_type(view.dtype);
    const Tensor there = mapped(view, stored);
    if (!at::isFloatingType(stored) || stored == dtype_) return there;
    const Tensor converted = there.to(dtype_);
    release_pages(view.data);  // they are not read again, and would count as ours
    return converted;
  }

 private:
  // Kernels read whole numbers at a time, which a file may have put anywhere.
  Tensor mapped(const TensorView& view, at::ScalarType stored) const {
    const auto address = reinterpret_cast<std::uintptr_t>(view.data.data());
    if (view.data.empty() || address % dtype_size(view.dtype) != 0) return to_tensor(view);
    return at::from_blob(
        const_cast<std::byte*>(view.data.data()), view.shape, [file = file_](void*) {},
        at::TensorOptions(stored));
  }

  std::shared_ptr<const SafetensorsFile> file_;
  at::ScalarType dtype_;
};

}  // namespace

std::shared_ptr<const TensorReader> reader_of(std::shared_ptr<const SafetensorsFile> file,
                                              at::ScalarType dtype) {
  return std::make_shared<const FileReader>(std::move(file), dtype);
}

}  // namespace portrait
