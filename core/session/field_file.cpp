// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/field_file.h"

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/nn/torch_safetensors.h"

#include <fmt/format.h>

#include <string>

namespace portrait {
namespace {

std::string plane_axes(const FieldFrame& frame) {
  constexpr const char* kAxes = "xyz";
  std::string text;
  for (const PlaneAxes& plane : frame.planes) {
    if (!text.empty()) text += ',';
    text += {kAxes[plane.width_axis], kAxes[plane.height_axis]};
  }
  return text;
}

}  // namespace

void write_field(const std::filesystem::path& path, const Field& field) {
  TensorMap tensors;
  field.save_to(tensors);
  save_tensors(path, tensors,
               {{"format", "portrait-field"},
                {"version", "1"},
                {"half_extent", fmt::format("{}", field.frame.half_extent)},
                {"plane_axes", plane_axes(field.frame)},
                {"density", "softplus(s - 1)"},
                {"camera", fmt::format("radius {}, focal {}", kRigRadius, kRigFocal)}});
}

}  // namespace portrait
