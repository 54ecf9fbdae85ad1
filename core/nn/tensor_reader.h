// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/safetensors.h"
#include "core/nn/torch.h"

#include <memory>
#include <string>
#include <vector>

namespace portrait {

// Where a network's weights come from, one tensor at a time as its layers ask for them, so that a
// network of gigabytes is never held twice. What changes weights on their way (older names, merged
// additions) is a reader around another.
class TensorReader {
 public:
  virtual ~TensorReader() = default;
  virtual std::vector<std::string> names() const = 0;
  virtual bool has(const std::string& name) const = 0;
  // On the CPU; not to be written to. Throws kCorrupt naming a tensor that is absent.
  virtual Tensor read(const std::string& name) const = 0;
};

// Of a file, floating-point tensors as `dtype`. Those stored so are not copied: they lie in the
// mapped file, which lives as long as they do and is read as they are used.
std::shared_ptr<const TensorReader> reader_of(std::shared_ptr<const SafetensorsFile> file,
                                              at::ScalarType dtype);

}  // namespace portrait
