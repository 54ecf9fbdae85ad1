// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/field.h"

#include "core/base/error.h"
#include "core/field/capsule_map.h"

#include <fmt/ranges.h>

namespace portrait {

std::vector<std::pair<std::string, Tensor>> Field::parameters() const {
  std::vector<std::pair<std::string, Tensor>> all{{"planes", planes}};
  for (auto& named : decoder.named_parameters()) all.push_back(std::move(named));
  for (auto& named : sr.named_parameters()) all.push_back(std::move(named));
  return all;
}

std::vector<std::pair<std::string, Tensor>> Field::tensors() const {
  auto all = parameters();
  if (detail.defined()) all.emplace_back("detail", detail);
  return all;
}

Field Field::to(at::Device device) const {
  return {planes.to(device), decoder.to(device), sr.to(device), frame, detail};
}

Field Field::clone() const {
  return {planes.detach().clone(), decoder.clone(), sr.clone(), frame,
          detail.defined() ? detail.clone() : Tensor()};
}

void Field::requires_grad(bool required) const {
  for (const auto& named : parameters()) named.second.set_requires_grad(required);
}

void Field::save_to(TensorMap& tensors) const {
  for (const auto& [name, tensor] : parameters()) tensors[name] = tensor.detach();
  if (detail.defined() && detail.count_nonzero().item<std::int64_t>() > 0) {
    tensors["detail"] = detail;
  }
}

Field Field::load(const TensorMap& tensors, const FieldFrame& frame) {
  const auto found = tensors.find("planes");
  check(found != tensors.end(), ErrorCode::kCorrupt,
        "the file has no tensor 'planes'; it does not hold a head");
  const Tensor& planes = found->second;
  check(planes.dim() == 5 && planes.size(0) == 3 && planes.size(1) == frame.depth_slices &&
            planes.size(2) == kFieldChannels && planes.size(3) == planes.size(4),
        ErrorCode::kCorrupt, "tensor 'planes' has shape [{}], expected [3,{},{},R,R]",
        fmt::join(planes.sizes(), ","), frame.depth_slices, kFieldChannels);
  Field field;
  field.planes = planes.detach().clone();
  field.frame = frame;
  field.decoder = Decoder::load(tensors);
  if (const auto fine = tensors.find("detail"); fine != tensors.end()) {
    check(fine->second.sizes() == at::IntArrayRef({CapsuleMap::kTexels, 3}), ErrorCode::kCorrupt,
          "tensor 'detail' has shape [{}], expected [{},3]", fmt::join(fine->second.sizes(), ","),
          CapsuleMap::kTexels);
    field.detail = fine->second.to(at::kCPU, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  }
  // A field may come without super-resolution, but not with half of one.
  for (const auto& named : tensors) {
    if (named.first.rfind("superresolution.", 0) == 0) {
      field.sr = SuperResolution::load(tensors);
      break;
    }
  }
  return field;
}

}  // namespace portrait
