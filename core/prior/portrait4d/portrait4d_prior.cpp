// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/portrait4d_prior.h"

#include "core/prior/portrait4d/face_crop.h"
#include "core/prior/portrait4d/photo_crop.h"
#include "core/prior/portrait4d/weights.h"

#include <utility>

namespace portrait {
namespace {

constexpr double kHalfExtent = 0.65;
constexpr double kFrontDistance = 4.2;
constexpr double kFrontHeight = 0.01;
constexpr double kFrontFocal = 4.7572;
// What the crop shows of the aligned face: pixels of 512 per decimetre.
constexpr double kCropScale = 180.0 / 512;

Eigen::Vector3d mean_of(const std::array<Eigen::Vector3d, 5>& points) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const Eigen::Vector3d& point : points) sum += point;
  return sum / 5;
}

// Their units in a decimetre, from the crop's scale: at the depth of the face the frontal camera
// has to see as many pixels as the crop shows. The model's origin stands at FLAME's depth.
double units_per_decimetre() {
  const double depth = mean_of(aligned_face()).z();
  // focal * k / (distance - k * depth) = crop scale
  return kCropScale * kFrontDistance / (kFrontFocal + kCropScale * depth);
}

class Portrait4DPrior : public HeadPrior {
 public:
  Portrait4DPrior(Portrait4DParts parts, int planes, const PriorFrame& frame, at::Device device)
      : parts_(std::move(parts)), planes_(planes), frame_(frame), device_(device) {}

  Field infer(const PriorInput& input) const override {
    const Tensor photo = portrait4d_photo(input, parts_.network->config().image);
    Tensor planes = (*parts_.network)(photo.mul(2).sub(1).unsqueeze(0).to(device_));
    planes = planes.view({3, kFieldChannels, planes.size(2), planes.size(3)});
    if (planes.size(3) != planes_) planes = halved_planes(planes);
    return placed_head(planes, parts_.rest.decoder, parts_.rest.sr, frame_);
  }

 private:
  Portrait4DParts parts_;
  int planes_;
  PriorFrame frame_;
  at::Device device_;
};

std::unique_ptr<HeadPrior> prior_of(TensorMap tensors, const nlohmann::json& json,
                                    at::Device device) {
  const Portrait4DConfig config = portrait4d_config(json);
  return std::make_unique<Portrait4DPrior>(portrait4d_parts(std::move(tensors), config),
                                           config.planes, told_frame(portrait4d_frame(), json),
                                           device);
}

}  // namespace

std::unique_ptr<HeadPrior> load_portrait4d(const PackNetwork& network, at::Device device) {
  return prior_of(portrait4d_tensors(*network.weights, device), network.config, device);
}

std::unique_ptr<HeadPrior> load_portrait4d(TensorMap tensors, const nlohmann::json& config,
                                           at::Device device) {
  return prior_of(std::move(tensors), config, device);
}

PriorFrame portrait4d_frame() {
  const double unit = units_per_decimetre();
  const Eigen::Vector3d origin(0, kFrontHeight, 0);
  const Eigen::Vector3d ours = mean_of(our_face());
  const Eigen::Vector3d theirs = mean_of(aligned_face()) * unit + origin;
  double along = 0;
  double square = 0;
  for (std::size_t i = 0; i < our_face().size(); ++i) {
    const Eigen::Vector3d from = aligned_face()[i] * unit + origin - theirs;
    along += from.dot(our_face()[i] - ours);
    square += from.squaredNorm();
  }
  PriorFrame frame;
  frame.half_extent = kHalfExtent;
  frame.scale = along / square;
  frame.offset = ours - frame.scale * theirs;
  frame.offset.x() = 0;  // both faces are symmetric but for their measurement
  return frame;
}

Camera portrait4d_front_camera() {
  const PriorFrame frame = portrait4d_frame();
  Camera camera = rig_camera({});  // right, down, back: what a frontal camera's axes are
  camera.world_from_camera.block<3, 1>(0, 3) =
      frame.scale * Eigen::Vector3d(0, kFrontHeight, kFrontDistance) + frame.offset;
  camera.focal_x = camera.focal_y = kFrontFocal;
  return camera;
}

}  // namespace portrait
