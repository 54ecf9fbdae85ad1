// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/project/formation_file.h"

#include "core/base/byte_value.h"
#include "core/base/error.h"
#include "core/field/baked_volume.h"
#include "core/nn/torch_safetensors.h"
#include "core/project/pipeline_mark.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace portrait {
namespace {

using nlohmann::json;

// Bounds of what is read: twice the finest bake, far outside of any head, ids that stay exact.
constexpr int kMostSamples = 768;
constexpr float kFarthest = 100;
constexpr std::uint64_t kHighestId = std::uint64_t(1) << 53U;

std::string prefix_of(std::uint64_t id) {
  return "formation." + std::to_string(id) + ".";
}

template <typename T>
Tensor tensor_of(const std::vector<T>& values, at::ScalarType type, at::IntArrayRef shape) {
  Tensor tensor = at::empty(shape, type);
  std::memcpy(tensor.data_ptr(), values.data(), values.size() * sizeof(T));
  return tensor;
}

// Those that are saved: ends, small restart points, and others spread evenly up to the limit.
std::set<std::uint64_t> saved_moments(const FormationRecorder& recorder) {
  const Formation& formation = *recorder.formation();
  std::set<std::uint64_t> kept;
  if (formation.tip != 0) kept.insert(formation.tip);
  for (const auto& end : formation.other_ends()) kept.insert(end->id);
  for (const auto& [id, restart] : recorder.restarts()) {
    if (restart->is_small()) kept.insert(id);
  }
  const std::size_t all = formation.moments.size();
  const double stride = std::max(1.0, double(all) / double(kSavedMoments));
  for (double i = 0; std::size_t(i) < all; i += stride) {
    kept.insert(formation.moments[std::size_t(i)]->id);
  }
  return kept;
}

void save_volume(const BakedVolume& volume, const std::string& prefix, TensorMap& tensors,
                 json& entry) {
  entry["box_min"] = {volume.box.min().x(), volume.box.min().y(), volume.box.min().z()};
  entry["samples"] = {volume.samples.x(), volume.samples.y(), volume.samples.z()};
  entry["voxel"] = volume.voxel;
  if (volume.empty()) return;
  const auto count = std::int64_t(volume.hashes.size());
  tensors[prefix + "texels"] =
      tensor_of(volume.texels, at::kByte, {count, BakedVolume::kBrickBytes});
  tensors[prefix + "bricks"] =
      tensor_of(volume.bricks, at::kInt, {std::int64_t(volume.bricks.size())});
  tensors[prefix + "hashes"] = tensor_of(volume.hashes, at::kLong, {count});
}

const Tensor& found(const TensorMap& tensors, const std::string& name, at::ScalarType type) {
  const auto at = tensors.find(name);
  check(at != tensors.end() && at->second.scalar_type() == type, ErrorCode::kCorrupt,
        "The project's formation lacks '{}'; it is damaged", name);
  return at->second;
}

template <typename T>
std::vector<T> values_of(const Tensor& tensor) {
  const Tensor dense = tensor.contiguous();
  std::vector<T> values(std::size_t(dense.numel()));
  std::memcpy(values.data(), dense.data_ptr(), values.size() * sizeof(T));
  return values;
}

std::shared_ptr<const BakedVolume> load_volume(const TensorMap& tensors, const std::string& prefix,
                                               const json& entry) {
  auto volume = std::make_shared<BakedVolume>();
  for (int axis = 0; axis < 3; ++axis) {
    volume->samples[axis] = entry.at("samples").at(std::size_t(axis)).get<int>();
    volume->box.min()[axis] = entry.at("box_min").at(std::size_t(axis)).get<float>();
    check(volume->samples[axis] >= 0 && volume->samples[axis] <= kMostSamples &&
              volume->samples[axis] % BakedVolume::kBrick == 0,
          ErrorCode::kCorrupt, "A moment of the project's formation has {} samples",
          volume->samples[axis]);
  }
  volume->voxel = entry.at("voxel").get<float>();
  check(volume->voxel >= 0 && volume->voxel < 1 && volume->box.min().allFinite() &&
            volume->box.min().cwiseAbs().maxCoeff() < kFarthest,
        ErrorCode::kCorrupt, "A moment of the project's formation has no sensible box");
  volume->box.max() = volume->box.min() + volume->samples.cast<float>() * volume->voxel;
  if (tensors.count(prefix + "texels") == 0) return volume;
  check(volume->voxel > 1e-6F, ErrorCode::kCorrupt,
        "A moment of the project's formation has voxels of {}", volume->voxel);
  volume->texels = values_of<std::uint8_t>(found(tensors, prefix + "texels", at::kByte));
  volume->bricks = values_of<std::int32_t>(found(tensors, prefix + "bricks", at::kInt));
  const auto hashes = values_of<std::int64_t>(found(tensors, prefix + "hashes", at::kLong));
  volume->hashes.assign(hashes.begin(), hashes.end());
  const Eigen::Vector3i counts = volume->brick_counts();
  const auto stored = std::int32_t(volume->hashes.size());
  const bool fits =
      volume->bricks.size() == std::size_t(counts.x()) * counts.y() * counts.z() &&
      volume->texels.size() == volume->hashes.size() * BakedVolume::kBrickBytes &&
      std::all_of(volume->bricks.begin(), volume->bricks.end(),
                  [stored](std::int32_t brick) { return brick >= -1 && brick < stored; });
  check(fits, ErrorCode::kCorrupt, "The bricks of '{}*' of the project do not fit together",
        prefix);
  return volume;
}

}  // namespace

void save_formation(const FormationRecorder& recorder, TensorMap& tensors, json& document) {
  const Formation& formation = *recorder.formation();
  const std::set<std::uint64_t> kept = saved_moments(recorder);
  json list = json::array();
  for (const auto& moment : formation.moments) {
    if (kept.count(moment->id) == 0) continue;
    std::uint64_t previous = moment->previous;
    while (previous != 0 && kept.count(previous) == 0) {
      const auto before = formation.find(previous);
      previous = before ? before->previous : 0;
    }
    const std::string prefix = prefix_of(moment->id);
    json entry = {{"id", moment->id},
                  {"previous", previous},
                  {"stage", moment->stage},
                  {"step", moment->step},
                  {"seconds", moment->seconds}};
    save_volume(*moment->volume, prefix, tensors, entry);
    if (!moment->picture.empty()) {
      std::vector<std::uint8_t> bytes;
      for (const float value : moment->picture.pixels) {
        bytes.push_back(byte_of(value));
      }
      tensors[prefix + "picture"] =
          tensor_of(bytes, at::kByte,
                    {moment->picture.height, moment->picture.width, moment->picture.channels});
    }
    const auto* mark = dynamic_cast<const PipelineMark*>(recorder.restart(moment->id).get());
    if (mark != nullptr && mark->is_small()) {
      entry["mark"] = mark->state();
      for (const auto& [name, tensor] : mark->tensors()) {
        if (!PipelineMark::is_shared(name)) tensors[prefix + "mark." + name] = tensor;
        // A picture that is locked in another branch alone is in the project all the same.
        if (name.rfind("artist.", 0) == 0) tensors.emplace(name, tensor);
      }
    }
    list.push_back(std::move(entry));
  }
  document = {{"tip", formation.tip}, {"moments", list}};
}

FormationRecorder load_formation(const TensorMap& tensors, const json& document) {
  Formation formation;
  std::map<std::uint64_t, std::shared_ptr<const RestartPoint>> restarts;
  try {
    formation.tip = document.at("tip").get<std::uint64_t>();
    for (const json& entry : document.at("moments")) {
      FormationMoment moment;
      moment.id = entry.at("id").get<std::uint64_t>();
      moment.previous = entry.at("previous").get<std::uint64_t>();
      check(moment.id <= kHighestId && moment.previous < moment.id &&
                (formation.moments.empty() || formation.moments.back()->id < moment.id) &&
                (moment.previous == 0 || formation.find(moment.previous) != nullptr),
            ErrorCode::kCorrupt, "Moment {} of the project's formation is out of order", moment.id);
      moment.stage = entry.at("stage").get<std::string>();
      moment.step = entry.at("step").get<int>();
      moment.seconds = entry.at("seconds").get<double>();
      const std::string prefix = prefix_of(moment.id);
      moment.volume = load_volume(tensors, prefix, entry);
      if (tensors.count(prefix + "picture") != 0) {
        const Tensor& bytes = found(tensors, prefix + "picture", at::kByte);
        check(bytes.dim() == 3 && bytes.size(2) == 4, ErrorCode::kCorrupt,
              "'{}picture' of the project is not a picture", prefix);
        moment.picture = Image(int(bytes.size(1)), int(bytes.size(0)), 4);
        const auto values = values_of<std::uint8_t>(bytes);
        for (std::size_t i = 0; i < values.size(); ++i) {
          moment.picture.pixels[i] = float(values[i]) / 255.0F;
        }
      }
      moment.restart = entry.contains("mark");
      if (moment.restart) {
        TensorMap own;
        const std::string marked = prefix + "mark.";
        for (const auto& [name, tensor] : tensors) {
          if (PipelineMark::is_shared(name) && name != "photo.full") own[name] = tensor;
          if (name.rfind(marked, 0) == 0) own[name.substr(marked.size())] = tensor;
        }
        restarts[moment.id] =
            std::make_shared<const PipelineMark>(std::move(own), entry.at("mark"));
      }
      formation.moments.push_back(std::make_shared<const FormationMoment>(std::move(moment)));
    }
    check(formation.tip == 0 || formation.find(formation.tip) != nullptr, ErrorCode::kCorrupt,
          "The project's formation ends at moment {}, which it does not have", formation.tip);
  } catch (const json::exception& e) {
    fail(ErrorCode::kCorrupt, "The project's formation is damaged: {}", e.what());
  }
  return FormationRecorder::of(std::move(formation), std::move(restarts));
}

}  // namespace portrait
