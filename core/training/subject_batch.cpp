// SPDX-License-Identifier: Apache-2.0
#include "core/training/subject_batch.h"

#include "core/base/error.h"
#include "core/nn/torch_safetensors.h"
#include "core/training/frontal_view.h"
#include "core/training/subject_cache.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>

namespace portrait {
namespace {

Tensor random_rows(const Tensor& rows, int count, RandomStream& random) {
  Tensor picks = at::empty({count}, at::kLong);
  auto* p = picks.data_ptr<std::int64_t>();
  const int last = static_cast<int>(rows.size(0)) - 1;
  for (int i = 0; i < count; ++i) p[i] = random.integer(0, last);
  return picks;
}

// One slice of a stored tensor as a tensor of its own, without touching the rest of the file.
Tensor stored_slice(const SafetensorsFile& file, const std::string& name, std::int64_t index) {
  TensorView view = file.at(name);
  const std::size_t bytes = view.data.size() / static_cast<std::size_t>(view.shape[0]);
  view.data = view.data.subspan(bytes * static_cast<std::size_t>(index), bytes);
  view.shape.erase(view.shape.begin());
  return to_tensor(view);
}

Tensor unit_bytes(const Tensor& bytes) { return bytes.to(at::kFloat) * (1.0 / 255.0); }

Tensor world_points(const Tensor& quantised) {
  return quantised.to(at::kFloat) * (1.0 / double(kPointScale));
}

// gain * colour ^ gamma per channel, as a photo's exposure and white balance change it.
struct ColourChange {
  Tensor gain = at::ones({3});
  double gamma = 1;

  static ColourChange draw(RandomStream& random) {
    ColourChange change;
    const double exposure = std::exp(random.normal(0, 0.12));
    for (int c = 0; c < 3; ++c) change.gain[c] = exposure * std::exp(random.normal(0, 0.05));
    change.gamma = std::exp(random.normal(0, 0.12));
    return change;
  }
  Tensor apply(const Tensor& rgb, std::int64_t channel_dim) const {  // rgb in [0,1]
    std::vector<std::int64_t> shape(static_cast<std::size_t>(rgb.dim()), 1);
    shape[static_cast<std::size_t>(channel_dim)] = 3;
    return (rgb.pow(gamma) * gain.view(shape)).clamp(0, 1);
  }
};

Tensor normal_like(const Tensor& like, RandomStream& random) {
  Tensor noise = at::empty(like.sizes());
  random.fill_normal({noise.data_ptr<float>(), static_cast<std::size_t>(noise.numel())});
  return noise;
}

// Rows of cameras whose pictures may be drawn.
std::vector<int> allowed(const Tensor& cameras, bool frontal) {
  std::vector<int> rows(static_cast<std::size_t>(cameras.size(0)));
  std::iota(rows.begin(), rows.end(), 0);
  if (frontal) std::erase_if(rows, [&](int i) { return !FrontalView::is_frontal(cameras[i]); });
  return rows;
}

int pick_of(const std::vector<int>& rows, RandomStream& random) {
  return rows[static_cast<std::size_t>(random.integer(0, static_cast<int>(rows.size()) - 1))];
}

// Numbers of the surface points that are seen, I64. A front is never without any.
Tensor rows_seen(const FrontalView& front, const Tensor& surface_points) {
  const auto* p = surface_points.data_ptr<std::int16_t>();
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < surface_points.size(0); ++i, p += 3) {
    if (front.sees(Eigen::Vector3f(p[0], p[1], p[2]) * (1 / kPointScale))) rows.push_back(i);
  }
  return at::tensor(rows, at::kLong);
}

// 1 where the front tells of a point what its label says.
Tensor told_by(const FrontalView& front, const Tensor& points, const Tensor& labels) {
  Tensor weight = at::zeros_like(labels);
  const auto* p = points.data_ptr<float>();
  for (std::int64_t i = 0; i < labels.size(0); ++i, p += 3) {
    const FrontalView::Space space = front.tells({p[0], p[1], p[2]});
    const bool matter = labels.data_ptr<float>()[i] > 0.5F;
    if (space == (matter ? FrontalView::Space::kMatter : FrontalView::Space::kEmpty))
      weight.data_ptr<float>()[i] = 1;
  }
  return weight;
}

}  // namespace

SubjectBatch SubjectBatch::to(at::Device device) const {
  SubjectBatch moved = *this;
  for (Tensor* tensor :
       {&moved.photo, &moved.matte, &moved.cameras, &moved.occupancy_points, &moved.occupancy,
        &moved.occupancy_weight, &moved.surface_points, &moved.surface_rgb, &moved.patch,
        &moved.patch_points, &moved.patch_hit, &moved.patch_depth}) {
    *tensor = tensor->to(device);
  }
  return moved;
}

struct SubjectBatches::Front {
  std::once_flag made;
  std::optional<FrontalView> view;
  Tensor seen;  // rows of the surface points that it sees, I64
};

SubjectBatches::SubjectBatches(const std::vector<std::filesystem::path>& files,
                               const Options& options)
    : options_(options), fronts_(new Front[files.size()]) {
  check(!files.empty(), ErrorCode::kNotFound, "There are no subjects to draw from");
  folder_ = files.front().parent_path();
  files_.reserve(files.size());
  for (const auto& file : files) files_.emplace_back(file);
}

const SubjectBatches::Front& SubjectBatches::front_of(std::size_t index,
                                                      const Tensor& surface) const {
  Front& front = fronts_[index];
  std::call_once(front.made, [&] {
    front.view.emplace(surface);
    front.seen = rows_seen(*front.view, surface);
  });
  return front;
}

SubjectBatches::Choice SubjectBatches::choose(RandomStream& random) const {
  constexpr int kTries = 200;
  for (int i = 0; i < kTries; ++i) {
    Choice choice{
        static_cast<std::size_t>(random.integer(0, static_cast<int>(files_.size()) - 1)), {}, {}};
    const SafetensorsFile& subject = files_[choice.index];
    choice.photos = allowed(to_tensor(subject.at("cameras")), options_.frontal);
    choice.patches = allowed(to_tensor(subject.at("patch_cameras")), options_.frontal);
    if (!choice.photos.empty() && !choice.patches.empty()) return choice;
  }
  fail(ErrorCode::kBadInput,
       "None of {} subjects of \"{}\" has photos and patches from within {} degrees of the front; "
       "draw more of them with `portrait synth --cache`",
       kTries, folder_.string(), FrontalView::kLargestYawDeg);
}

SubjectBatch SubjectBatches::draw(RandomStream& random) const {
  std::vector<Tensor> fields[13];
  for (int b = 0; b < options_.batch; ++b) {
    const Choice choice = choose(random);
    const SafetensorsFile& subject = files_[choice.index];
    const ColourChange colours =
        options_.augment ? ColourChange::draw(random) : ColourChange{};
    const int photo_index = pick_of(choice.photos, random);

    const Tensor picture =
        unit_bytes(stored_slice(subject, "photos", photo_index)).permute({2, 0, 1});
    Tensor matte = picture.slice(0, 3, 4);
    Tensor rgb = picture.slice(0, 0, 3);
    // Only the head changes colour; the background is a constant of ours.
    rgb = matte * colours.apply(rgb, 0) + (1 - matte) * 0.5;
    Tensor camera = stored_slice(subject, "cameras", photo_index);
    if (options_.augment) {
      if (random.chance(0.5)) {
        const std::int64_t side = 256 / random.integer(2, 3);
        const Tensor small = at::adaptive_avg_pool2d(rgb, {side, side}).unsqueeze(0);
        const Tensor soft = at::upsample_bilinear2d(small, {256, 256}, false).squeeze(0);
        const double amount = random.uniform();
        rgb = amount * soft + (1 - amount) * rgb;
      }
      if (random.chance(0.4)) {
        rgb = (rgb + random.uniform(0, 0.04) * normal_like(rgb, random)).clamp(0, 1);
      }
      if (random.chance(0.5)) {  // a rough matte
        const std::int64_t side = random.integer(48, 128);
        matte = at::upsample_bilinear2d(
                    at::adaptive_avg_pool2d(matte, {side, side}).unsqueeze(0), {256, 256}, false)
                    .squeeze(0);
        matte = ((matte - 0.5) * random.uniform(1, 3) + random.uniform(0.3, 0.7)).clamp(0, 1);
      }
      // A pose a little off: small turns and shifts of the camera's own frame.
      Tensor pose = camera.slice(0, 0, 12).view({3, 4});
      Tensor turn = at::eye(3);
      const double degrees = 3.14159265 / 180;
      const double x = random.normal(0, 2 * degrees);
      const double y = random.normal(0, 2 * degrees);
      const double z = random.normal(0, degrees);
      turn = turn + at::tensor({0.0, -z, y, z, 0.0, -x, -y, x, 0.0}, at::kFloat).view({3, 3});
      camera = at::cat({at::matmul(pose, at::cat({at::cat({turn, at::zeros({3, 1})}, 1),
                                                  at::tensor({0.F, 0.F, 0.F, 1.F}).view({1, 4})},
                                                 0))
                            .reshape({12}),
                        camera.slice(0, 12, 16)});
    }

    const Tensor all_points = to_tensor(subject.at("occupancy_points"));
    const Tensor labels = to_tensor(subject.at("occupancy"));
    const Tensor picks = random_rows(all_points, options_.occupancy_points, random);
    const Tensor surface = to_tensor(subject.at("surface_points"));
    const Front* front = options_.frontal ? &front_of(choice.index, surface) : nullptr;
    Tensor surface_picks =
        random_rows(front ? front->seen : surface, options_.surface_points, random);
    if (front) surface_picks = front->seen.index_select(0, surface_picks);
    const Tensor surface_rgb =
        unit_bytes(to_tensor(subject.at("surface_rgb")).index_select(0, surface_picks));

    const int patch_index = pick_of(choice.patches, random);
    const Tensor patch =
        unit_bytes(stored_slice(subject, "patches", patch_index)).permute({2, 0, 1});
    const Tensor alpha = patch.slice(0, 3, 4);
    const Tensor patch_rgb =
        alpha * colours.apply(((patch.slice(0, 0, 3) - (1 - alpha) * 0.5) /
                               alpha.clamp_min(1.0 / 255)).clamp(0, 1), 0) +
        (1 - alpha) * 0.5;
    const Tensor places = stored_slice(subject, "patch_points", patch_index).view({-1, 3});
    const Tensor hit = places.select(1, 0).ne(kNoPoint).to(at::kFloat);

    int slot = 0;
    const auto put = [&](const Tensor& tensor) { fields[slot++].push_back(tensor); };
    put(rgb);
    put(matte);
    put(camera);
    const Tensor points = world_points(all_points.index_select(0, picks));
    const Tensor occupancy = labels.index_select(0, picks).to(at::kFloat);
    put(points);
    put(occupancy);
    put(front ? told_by(*front->view, points, occupancy) : at::ones_like(occupancy));
    put(world_points(surface.index_select(0, surface_picks)));
    put(colours.apply(surface_rgb, 1));
    put(at::cat({patch_rgb, alpha}, 0));
    put(world_points(places) * hit.unsqueeze(1));
    put(hit);
    put(stored_slice(subject, "patch_depth", patch_index));
    put(stored_slice(subject, "patch_cameras", patch_index));
  }
  int slot = 0;
  const auto next = [&] { return at::stack(fields[slot++]).contiguous(); };
  SubjectBatch batch;
  batch.photo = next();
  batch.matte = next();
  batch.cameras = next();
  batch.occupancy_points = next();
  batch.occupancy = next();
  batch.occupancy_weight = next();
  batch.surface_points = next();
  batch.surface_rgb = next();
  batch.patch = next();
  batch.patch_points = next();
  batch.patch_hit = next();
  batch.patch_depth = next();
  batch.patch_cameras = next();
  return batch;
}

}  // namespace portrait
