// SPDX-License-Identifier: Apache-2.0
// Keeping, saving and loading of the detail stage.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/detail_stage.h"

#include <nlohmann/json.hpp>

#include <string>

namespace portrait {
namespace {

using nlohmann::json;

constexpr const char* kPrefix = "detail.";
constexpr const char* kOccupied = "detail.occupied";
constexpr const char* kOpening = "detail.opening.";

std::string view_prefix(std::size_t view) {
  return std::string(kPrefix) + "view." + std::to_string(view) + ".";
}

// The tensors of a view by name, to be read or written.
template <typename View, typename Each>
void for_tensors(View& view, Each&& each) {
  each("anchor", view.memory.anchor);
  each("target", view.memory.target);
  each("latents", view.memory.latents);
  each("depth", view.surface.depth);
  each("opacity", view.surface.opacity);
  each("normals", view.surface.normals);
  for (std::size_t i = 0; i < view.memory.applied.size(); ++i) {
    each("applied." + std::to_string(i), view.memory.applied[i]);
  }
}

OccupancyGrid loaded_occupancy(const TensorMap& tensors) {
  const auto found = tensors.find(kOccupied);
  OccupancyGrid grid;
  grid.cells = OccupancyOptions().cells;
  const std::int64_t count = std::int64_t(grid.cells) * grid.cells * grid.cells;
  check(found != tensors.end() && found->second.scalar_type() == at::kByte &&
            found->second.numel() == count,
        ErrorCode::kCorrupt, "The project's detail stage lacks \"{}\", {} bytes", kOccupied, count);
  const Tensor bytes = found->second.contiguous();
  grid.occupied.assign(bytes.data_ptr<std::uint8_t>(), bytes.data_ptr<std::uint8_t>() + count);
  return grid;
}

}  // namespace

void DetailStage::keep_good() {
  good_.keep();
  good_state_ = now_;
}

void DetailStage::restore_good() {
  good_.restore();
  now_ = good_state_;
}

void DetailStage::save_to(TensorMap& tensors, json& state) const {
  good_.save_moments(tensors, kPrefix);
  opening_.save_to(tensors, kOpening);
  if (begun_.inner > 0) {  // of when the photo had its turn
    tensors[kOccupied] = at::tensor(at::ArrayRef<std::uint8_t>(occupancy_.occupied), at::kByte);
  }
  json views = json::array();
  for (std::size_t v = 0; v < begun_.views.size(); ++v) {
    const View& view = begun_.views[v];
    for_tensors(view, [&](const std::string& name, const Tensor& tensor) {
      if (tensor.defined()) tensors[view_prefix(v) + name] = tensor.detach();
    });
    const NoiseMemory& memory = view.memory;
    views.push_back({{"applied", memory.applied.size()},
                     {"resampled", memory.scores.resampled},
                     {"kept", memory.scores.kept},
                     {"accepted_last", memory.scores.accepted},
                     {"judged", memory.judged},
                     {"accepted", memory.accepted},
                     {"anchor_age", memory.anchor_age},
                     {"loss", view.loss}});
  }
  state = {{"iteration", begun_.iteration},   {"inner", begun_.inner},
           {"usual_norm", begun_.usual_norm}, {"rollbacks", begun_.rollbacks},
           {"damping", begun_.damping},       {"views", views},
           {"settings", settings_.to_json()}};
  if (!locks_.empty()) state["locks"] = locks_to_json(locks_);
}

void DetailStage::load_from(const TensorMap& tensors, const json& state) {
  try {
    State loaded = now_;
    loaded.iteration = state.at("iteration").get<int>();
    loaded.inner = state.at("inner").get<int>();
    loaded.usual_norm = state.at("usual_norm").get<double>();
    loaded.rollbacks = state.at("rollbacks").get<int>();
    loaded.damping = state.at("damping").get<double>();
    const json& views = state.at("views");
    check(views.size() == loaded.views.size(), ErrorCode::kCorrupt,
          "The project's detail stage has {} views; {} are expected", views.size(),
          loaded.views.size());
    for (std::size_t v = 0; v < loaded.views.size(); ++v) {
      View& view = loaded.views[v];
      NoiseMemory& memory = view.memory;
      memory.applied.resize(views[v].at("applied").get<std::size_t>());
      memory.scores = {views[v].at("resampled").get<double>(), views[v].at("kept").get<double>(),
                       views[v].at("accepted_last").get<bool>()};
      memory.judged = views[v].at("judged").get<int>();
      memory.accepted = views[v].at("accepted").get<int>();
      memory.anchor_age = views[v].at("anchor_age").get<int>();
      view.loss = views[v].at("loss").get<double>();
      for_tensors(view, [&](const std::string& name, Tensor& tensor) {
        const auto found = tensors.find(view_prefix(v) + name);
        tensor = found == tensors.end() ? Tensor() : found->second;
      });
      view.surface.camera = view.camera;
    }
    now_ = std::move(loaded);
  } catch (const json::exception& e) {
    fail(ErrorCode::kCorrupt, "The state of the detail stage in the project is damaged: {}",
         e.what());
  }
  good_.load_moments(tensors, kPrefix);
  opening_.load_from(tensors, kOpening);
  good_state_ = now_;
  if (now_.inner > 0) occupancy_ = loaded_occupancy(tensors);
  begin_round();
}

}  // namespace portrait
