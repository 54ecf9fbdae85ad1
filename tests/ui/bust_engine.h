// SPDX-License-Identifier: Apache-2.0
// An engine whose head is a bust of ellipsoids, so that the window can be driven through the real
// worker without a model pack: a step sharpens the bust, a photo is any picture Qt reads.
#pragma once

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/settings.h"
#include "core/camera/viewpoint_rig.h"
#include "core/field/baked_volume.h"
#include "core/project/autosave.h"
#include "core/project/formation_recorder.h"
#include "core/session/head_engine.h"
#include "core/session/picture_viewpoint.h"

#include <QImage>
#include <QString>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace portrait {

struct BustScript {
  std::atomic<int> step_ms{20};
  std::atomic<bool> stubborn{false};    // steps cannot be given up
  std::atomic<bool> save_fails{false};
  std::atomic<int> steps_planned{40};
  std::atomic<int> throw_at{-1};   // the step that fails
  std::atomic<int> open_ms{0};
  std::atomic<int> export_ms{10};  // of each part of an export
  std::atomic<int> faces{1};
  std::atomic<bool> cutout_fails{false};
  std::atomic<int> steps{0};
  std::atomic<bool> restarts_everywhere{false};
  std::atomic<bool> paints{false};  // steps are those of the stage Detail
  std::atomic<bool> has_implicit{true};
};

struct Ellipsoid {
  Eigen::Vector3f centre;
  Eigen::Vector3f radii;
  Eigen::Vector3f colour;
};

inline const std::vector<Ellipsoid>& bust_parts() {
  const Eigen::Vector3f skin(0.85F, 0.66F, 0.55F);
  const Eigen::Vector3f hair(0.30F, 0.19F, 0.12F);
  const Eigen::Vector3f eye(0.95F, 0.95F, 0.95F);
  const Eigen::Vector3f iris(0.15F, 0.22F, 0.35F);
  const Eigen::Vector3f lip(0.72F, 0.38F, 0.36F);
  const Eigen::Vector3f cloth(0.25F, 0.34F, 0.46F);
  static const std::vector<Ellipsoid> parts = {
      {{0, 0.08F, 0}, {0.185F, 0.25F, 0.215F}, skin},
      {{0, 0.17F, -0.035F}, {0.205F, 0.205F, 0.215F}, hair},
      {{0, 0.02F, 0.215F}, {0.028F, 0.055F, 0.04F}, skin},
      {{-0.07F, 0.085F, 0.178F}, {0.030F, 0.018F, 0.025F}, eye},
      {{0.07F, 0.085F, 0.178F}, {0.030F, 0.018F, 0.025F}, eye},
      {{-0.07F, 0.085F, 0.2F}, {0.013F, 0.014F, 0.008F}, iris},
      {{0.07F, 0.085F, 0.2F}, {0.013F, 0.014F, 0.008F}, iris},
      {{-0.07F, 0.125F, 0.185F}, {0.042F, 0.010F, 0.02F}, hair},
      {{0.07F, 0.125F, 0.185F}, {0.042F, 0.010F, 0.02F}, hair},
      {{0, -0.06F, 0.19F}, {0.048F, 0.016F, 0.022F}, lip},
      {{-0.19F, 0.06F, -0.01F}, {0.022F, 0.055F, 0.035F}, skin},
      {{0.19F, 0.06F, -0.01F}, {0.022F, 0.055F, 0.035F}, skin},
      {{0, -0.22F, -0.03F}, {0.10F, 0.2F, 0.10F}, skin},
      {{0, -0.50F, -0.04F}, {0.40F, 0.17F, 0.20F}, cloth},
  };
  return parts;
}

// Colour and density at a point; `blur` softens the edges (0 = sharp).
inline Eigen::Vector4f bust_at(const Eigen::Vector3f& p, float blur) {
  Eigen::Vector4f best(0, 0, 0, 0);
  float deepest = -1;
  for (const Ellipsoid& part : bust_parts()) {
    const Eigen::Vector3f q = (p - part.centre).cwiseQuotient(part.radii);
    if (q.squaredNorm() > 1.7F) continue;  // far outside
    const float inside = (1 - q.norm()) * part.radii.minCoeff();
    const float edge = 0.004F + 0.04F * blur;
    const float density = 220.0F / (1 + std::exp(-inside / edge * 4));
    const Eigen::Vector3f normal = q.cwiseQuotient(part.radii).normalized();
    const float light = 0.62F + 0.38F * std::max(0.0F, normal.dot(Eigen::Vector3f(0.4F, 0.5F, 0.75F)));
    if (density > 6 && (density > best[3] || inside > deepest)) {
      best << part.colour * light, std::max(density, best[3]);
      deepest = inside;
    }
  }
  return best;
}

inline std::shared_ptr<const BakedVolume> bake_bust(float blur, int samples) {
  auto volume = std::make_shared<BakedVolume>();
  volume->samples = Eigen::Vector3i::Constant(samples);
  volume->box = Eigen::AlignedBox3f(Eigen::Vector3f::Constant(-0.5F), Eigen::Vector3f::Constant(0.5F));
  volume->voxel = 1.0F / float(samples);
  const Eigen::Vector3i counts = volume->brick_counts();
  std::vector<std::uint8_t> brick(BakedVolume::kBrickBytes);
  for (int b = 0; b < counts.prod(); ++b) {
    const Eigen::Vector3i at(b % counts.x(), b / counts.x() % counts.y(), b / (counts.x() * counts.y()));
    bool matter = false;
    std::uint64_t hash = 1469598103934665603u;
    for (int i = 0; i < BakedVolume::kBrickSamples; ++i) {
      const Eigen::Vector3i voxel =
          BakedVolume::kBrick * at + Eigen::Vector3i(i % 16, i / 16 % 16, i / 256);
      const Eigen::Vector4f v = bust_at(
          volume->box.min() + (voxel.cast<float>() + Eigen::Vector3f::Constant(0.5F)) * volume->voxel,
          blur);
      for (int c = 0; c < 3; ++c) {
        brick[std::size_t(4 * i + c)] = std::uint8_t(std::min(255.0F, 255 * v[c]));
      }
      brick[std::size_t(4 * i + 3)] = std::uint8_t(std::lround(255 * (1 - std::exp(-v[3] * volume->voxel))));
      matter = matter || brick[std::size_t(4 * i + 3)] != 0;
      for (int c = 0; c < 4; ++c) hash = (hash ^ brick[std::size_t(4 * i + c)]) * 1099511628211u;
    }
    volume->bricks.push_back(matter ? std::int32_t(volume->hashes.size()) : -1);
    if (!matter) continue;
    volume->hashes.push_back(hash);
    volume->texels.insert(volume->texels.end(), brick.begin(), brick.end());
  }
  return volume;
}

class BustExport : public ExportJob {
 public:
  BustExport(ExportRequest request, std::shared_ptr<BustScript> script)
      : request_(std::move(request)), script_(std::move(script)) {}
  bool advance() override {
    std::this_thread::sleep_for(std::chrono::milliseconds(script_->export_ms));
    if (++done_ < kParts) return false;
    const auto path = request_.folder / "head.glb";
    std::ofstream(path) << "bust";
    files_.push_back({path, 1482304});
    return true;
  }
  void describe(ExportStatus& status) const override {
    status.what = done_ < 3 ? "Mesh" : "Turntable";
    status.done = done_;
    status.total = kParts;
    status.files = files_;
  }

 private:
  static constexpr int kParts = 12;
  ExportRequest request_;
  std::shared_ptr<BustScript> script_;
  int done_ = 0;
  std::vector<ExportedFile> files_;
};

class BustRestart : public RestartPoint {
 public:
  bool is_small() const override { return true; }
};

class BustEngine : public HeadEngine {
 public:
  explicit BustEngine(std::shared_ptr<BustScript> script, const SessionOptions& options = {})
      : script_(std::move(script)), autosave_folder_(options.autosave_folder) {}

  void open_photo(const std::filesystem::path& path, int, const std::function<bool()>&) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(script_->open_ms));
    const QImage picture = QImage(QString::fromStdString(path.string()));
    check(!picture.isNull(), ErrorCode::kBadInput,
          "'{}' is not a picture that can be read; JPEG, PNG, WebP and TIFF are.",
          path.filename().string());
    auto photo = std::make_shared<PhotoInfo>();
    photo->path = path;
    photo->photo_width = picture.width();
    photo->photo_height = picture.height();
    const QImage crop = picture.scaled(512, 512).convertToFormat(QImage::Format_RGB32);
    photo->crop = Image(512, 512, 3);
    photo->matte = Image(512, 512, 1);
    for (int y = 0; y < 512; ++y) {
      for (int x = 0; x < 512; ++x) {
        const QRgb c = crop.pixel(x, y);
        float* p = photo->crop.at(x, y);
        p[0] = float(qRed(c)) / 255;
        p[1] = float(qGreen(c)) / 255;
        p[2] = float(qBlue(c)) / 255;
        const double dx = (x - 256) / 170.0;
        const double dy = (y - 230) / 210.0;
        *photo->matte.at(x, y) = dx * dx + dy * dy < 1 ? 1.0F : 0.0F;
      }
    }
    photo->viewpoint = {4, 1};
    photo->camera = rig_camera(photo->viewpoint);
    photo->field_of_view_deg = 28;
    photo->field_of_view_source = FieldOfViewSource::kSolved;
    photo->overview = photo->crop;
    photo->crop_corners = {{{0.1, 0.05}, {0.9, 0.1}, {0.87, 0.93}, {0.06, 0.9}}};
    for (int i = 0; i < script_->faces; ++i) {
      photo->faces.push_back({0.3 - 0.2 * i + 0.4 * i, 0.25, 0.22, 0.26});
    }
    photo->face = 0;
    photo->notes = {{"small_face", "The head is 290 px tall: skin detail will be soft", true},
                    {"even_light", "The light is even", false}};
    photo_ = photo;
    formation_ = {};
    locks_.reset();
    script_->steps = 0;
    has_head_ = true;
    open_ = false;
    project_.clear();
    autosave_.clear();
  }
  void edit_photo(const PhotoEdit& edit, const std::function<bool()>&) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(script_->open_ms));
    auto photo = std::make_shared<PhotoInfo>(*photo_);
    if (edit.matte) {
      check(!script_->cutout_fails, ErrorCode::kBadInput, "The cut-out is empty.");
      if (photo->found_matte.empty()) photo->found_matte = photo->matte;
      photo->matte = edit.matte->empty() ? photo->found_matte : *edit.matte;
      if (edit.matte->empty()) photo->found_matte = {};
    }
    if (edit.face) photo->face = *edit.face - 1;
    if (edit.field_of_view_deg) {
      const double told = *edit.field_of_view_deg;
      photo->field_of_view_deg = told > 0 ? told : 28;
      photo->field_of_view_source =
          told > 0 ? FieldOfViewSource::kTold : FieldOfViewSource::kSolved;
    }
    photo_ = photo;
    formation_ = {};
    script_->steps = 0;
    open_ = false;
    autosave_.clear();
  }
  bool open_project(const std::filesystem::path& path) override {
    std::ifstream file(path);
    std::string kind;
    std::string photo;
    int steps = 0;
    bool under_way = false;
    file >> kind >> steps >> under_way >> std::ws;
    std::getline(file, photo);
    check(kind == "bust", ErrorCode::kCorrupt, "'{}' is not a project.", path.filename().string());
    open_photo(photo, 0, [] { return false; });
    script_->steps = steps;
    open_ = under_way;
    project_ = is_autosave(path) ? project_of(path) : path;
    if (is_autosave(path)) autosave_ = path;
    return under_way;
  }
  void save_project(const std::filesystem::path& path) override {
    check(!script_->save_fails, ErrorCode::kIo, "'{}' cannot be written: the disk is full.",
          path.filename().string());
    write(path);
    if (!autosave_.empty()) discard_autosave(autosave_);
    autosave_.clear();
    project_ = path;
  }
  std::filesystem::path autosave() override {
    if (autosave_.empty() && !project_.empty()) autosave_ = autosave_path(project_);
    if (autosave_.empty() && !autosave_folder_.empty()) {
      autosave_ = free_autosave_path(autosave_folder_, photo_->path.filename().string());
    }
    if (!autosave_.empty()) write(autosave_);
    return autosave_;
  }
  void forget_autosave() override { autosave_.clear(); }
  void set_settings(std::shared_ptr<const Settings> settings) override {
    settings_ = std::move(settings);
    seed_ = std::uint64_t(settings_->get<std::int64_t>("seed"));
  }
  void set_seed(std::uint64_t seed) override { seed_ = seed; }
  void lock_view(const Viewpoint& viewpoint, const std::filesystem::path& path) override {
    const QImage picture =
        QImage(QString::fromStdString(path.string())).convertToFormat(QImage::Format_ARGB32);
    check(!picture.isNull() && picture.width() == picture.height(), ErrorCode::kBadInput,
          "\"{}\" is {} x {} pixels; a picture of a viewpoint is square, as it was exported.",
          path.filename().string(), picture.width(), picture.height());
    const QImage small = picture.scaled(128, 128, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    LockedView lock{viewpoint, path.filename().string(), std::to_string(++locked_),
                    Image(128, 128, 4)};
    for (int y = 0; y < 128; ++y) {
      for (int x = 0; x < 128; ++x) {
        const QRgb c = small.pixel(x, y);
        const int values[] = {qRed(c), qGreen(c), qBlue(c), qAlpha(c)};
        for (int k = 0; k < 4; ++k) lock.rgba.at(x, y)[k] = float(values[k]) / 255;
      }
    }
    auto locks = std::make_shared<std::vector<LockedView>>();
    if (locks_) *locks = *locks_;
    std::erase_if(*locks, [&](const LockedView& one) { return one.viewpoint == viewpoint; });
    locks->push_back(std::move(lock));
    locks_ = std::move(locks);
  }
  void unlock_view(const Viewpoint& viewpoint) override {
    auto locks = std::make_shared<std::vector<LockedView>>();
    if (locks_) *locks = *locks_;
    std::erase_if(*locks, [&](const LockedView& one) { return one.viewpoint == viewpoint; });
    locks_ = std::move(locks);
  }
  void write_view(const Viewpoint& viewpoint, const std::filesystem::path& file) override {
    const Image head = march(rig_camera(viewpoint), 128);
    QImage picture(128, 128, QImage::Format_RGB32);
    for (int y = 0; y < 128; ++y) {
      for (int x = 0; x < 128; ++x) {
        const float* p = head.at(x, y);
        const auto over = [&](int c) { return int(255 * (0.5F + p[3] * (p[c] - 0.5F))); };
        picture.setPixel(x, y, qRgb(over(0), over(1), over(2)));
      }
    }
    picture = picture.scaled(512, 512, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    picture.setText(kViewpointKey, QString::fromStdString(viewpoint_text(viewpoint)));
    check(picture.save(QString::fromStdString(file.string()), "PNG"), ErrorCode::kIo,
          "'{}' cannot be written.", file.string());
  }
  void begin_run() override {
    script_->steps = 0;
    losses_ = {};
    open_ = true;
  }
  EngineStep step() override {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(script_->step_ms);
    while (std::chrono::steady_clock::now() < end) {
      if (!script_->stubborn) interruption_point();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    check(script_->steps != script_->throw_at, ErrorCode::kNumerical,
          "The loss 'reference' became infinite at step {} and could not be rolled back. Lower the "
          "learning rate and start again.",
          int(script_->steps));
    const int step = ++script_->steps;
    const float total = 0.02F + 0.2F * std::exp(-0.08F * float(step));
    if (losses_.empty()) {
      for (const char* name : {"total", "reference", "hold"}) {
        losses_.emplace_back();
        losses_.back().name = name;
        losses_.back().stage = 1;
      }
    }
    const float values[] = {total, total * 0.7F, total * 0.3F + 0.004F * float(step % 3)};
    for (int i = 0; i < 3; ++i) {
      losses_[std::size_t(i)].steps.push_back(step);
      losses_[std::size_t(i)].seconds.push_back(float(step * script_->step_ms) / 1000);
      losses_[std::size_t(i)].values.push_back(values[i]);
    }
    return {true, false, step >= script_->steps_planned};
  }
  void end_run() override { open_ = false; }
  void keep_moment(const std::shared_ptr<const BakedVolume>& volume) override {
    FormationMoment moment;
    moment.stage = script_->steps > 0 ? "Photo fit" : "First head";
    moment.step = script_->steps;
    moment.seconds = script_->steps * script_->step_ms / 1000.0;
    if (!formation_.is_due(moment.seconds, moment.stage)) return;
    moment.volume = volume;
    moment.picture = march(rig_camera({25, 5}), 48);
    const bool restart = script_->restarts_everywhere || script_->steps == 0;
    formation_.add(std::move(moment), restart ? std::make_shared<BustRestart>() : nullptr);
  }
  bool return_to(std::uint64_t moment) override {
    const auto to = formation_.formation()->restart_of(moment);
    check(to != nullptr, ErrorCode::kNotFound, "There is no such moment");
    script_->steps = to->step;
    formation_.go_on_from(to->id);
    open_ = to->step > 0;
    return open_;
  }
  bool has_head() const override { return has_head_; }
  std::shared_ptr<const BakedVolume> bake(bool final) override {
    return bake_bust(blur(), final ? 128 : 96);
  }
  NeuralFrame render(const Camera& camera, bool resting) override {
    NeuralFrame frame;
    frame.camera = camera;
    frame.resting = resting;
    frame.rgba = march(camera, resting ? 192 : 48);
    frame.depth = Image(frame.rgba.width, frame.rgba.height, 1);
    return frame;
  }
  RingThumbnail ring_thumbnail(int index) override {
    const Viewpoint viewpoint = ring().at(std::size_t(index)).viewpoint;
    return {viewpoint, march(rig_camera(viewpoint), 48)};
  }
  int ring_size() const override { return int(ring().size()); }
  FrontMeasure measure_front() override { return {27.4, 25.1, 0.962, 0.9}; }
  std::unique_ptr<ExportJob> begin_export(const ExportRequest& request) override {
    std::error_code error;
    std::filesystem::create_directories(request.folder, error);
    check(!error, ErrorCode::kIo, "Cannot write to '{}': {}. Choose another folder.",
          request.folder.string(), error.message());
    return std::make_unique<BustExport>(request, script_);
  }
  void describe(Snapshot& snapshot) const override {
    snapshot.photo = photo_;
    snapshot.project_path = project_;
    const int step = script_->steps;
    const int steps = script_->steps_planned;
    const bool failed = snapshot.state == SessionState::kFailed;
    StageState fit = StageState::kWaiting;
    if (open_) fit = StageState::kRunning;
    if (!open_ && step > 0) fit = step >= steps ? StageState::kDone : StageState::kStopped;
    if (failed) fit = StageState::kFailed;
    snapshot.stages = {
        {"first_head", "First head", has_head_ ? StageState::kDone : StageState::kWaiting, 1, 1,
         2.8},
        {"photo_fit", "Photo fit", fit, step, steps, step * script_->step_ms / 1000.0},
        {"geometry", "Geometry", StageState::kNotInstalled, 0, 0, 0},
        {"detail", "Detail", StageState::kNotInstalled, 0, 0, 0}};
    snapshot.stage = step > 0 || open_ ? 1 : has_head_ ? 0 : -1;
    snapshot.losses.clear();
    for (const LossSeries& series : losses_) {
      if (!series.values.empty()) snapshot.losses.emplace_back(series.name, series.values.back());
    }
    snapshot.formation = formation_.formation();
    snapshot.loss_history = std::make_shared<const std::vector<LossSeries>>(losses_);
    snapshot.seconds_per_step = script_->step_ms / 1000.0;
    snapshot.elapsed_s = step * snapshot.seconds_per_step;
    snapshot.time_left_s = open_ ? (steps - step) * snapshot.seconds_per_step : -1;
    snapshot.memory_mb = 412;
    snapshot.device = "CPU";
    snapshot.threads = 2;
    snapshot.hpdm = {true, script_->has_implicit, true};
    snapshot.refined = script_->paints ? painted() : nullptr;
    snapshot.locks = locks_;
    snapshot.seed = seed_;
  }

 private:
  void write(const std::filesystem::path& path) const {
    std::ofstream(path) << "bust " << script_->steps << ' ' << open_ << '\n'
                        << photo_->path.string() << '\n';
  }
  std::vector<RigView> ring() const { return viewpoint_rig(settings_ ? *settings_ : Settings()); }
  float blur() const {
    return std::max(0.0F, 1.0F - float(script_->steps) / float(script_->steps_planned)) * 0.35F;
  }
  // Pictures and scores of the viewpoints, painted one a step.
  std::shared_ptr<const std::vector<RefinedView>> painted() const {
    const auto rig = standard_viewpoint_rig();
    const int steps = script_->steps;
    if (steps == painted_steps_ || steps == 0) return painted_;
    auto views = painted_ ? std::make_shared<std::vector<RefinedView>>(*painted_)
                          : std::make_shared<std::vector<RefinedView>>(rig.size());
    for (std::size_t v = 0; v < rig.size(); ++v) {
      (*views)[v].viewpoint = rig[v].viewpoint;
      (*views)[v].driver = rig[v].driver;
    }
    RefinedView& view = (*views)[std::size_t(steps - 1) % rig.size()];
    ++view.painted;
    view.render = march(rig_camera(view.viewpoint), 48);
    view.target = view.reference = view.render;
    view.known = Image(48, 48, 1, 1.0F);
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 12; ++x) *view.known.at(x, y) = 0;
    }
    view.anchor_noise = Image(16, 16, 3);
    for (std::size_t i = 0; i < view.anchor_noise.pixels.size(); ++i) {
      view.anchor_noise.pixels[i] = float((i * 2654435761U >> 7U) % 256) / 255;
    }
    if (view.painted > 1) {
      const NoiseScore score{view.painted, 0.1 + 0.02 * view.painted, 0.12, view.painted % 3 != 0};
      auto scores = view.scores ? std::make_shared<std::vector<NoiseScore>>(*view.scores)
                                : std::make_shared<std::vector<NoiseScore>>();
      scores->push_back(score);
      view.scores = scores;
      ++view.judged;
      view.accepted += score.accepted ? 1 : 0;
      view.score_resampled = score.resampled;
      view.score_kept = score.kept;
    }
    painted_ = views;
    painted_steps_ = steps;
    return painted_;
  }
  // The first surface along each ray, a few samples: enough for a picture.
  Image march(const Camera& camera, int size) const {
    Image image(size, size, 4);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const Ray ray = camera_ray(camera, (x + 0.5) / size, (y + 0.5) / size);
        const auto range = intersect_cube(ray);
        if (!range) continue;
        Eigen::Vector4f sum = Eigen::Vector4f::Zero();
        const double length = 1.0 / 80;
        for (double t = range->near; t < range->far && sum[3] < 0.97F; t += length) {
          const Eigen::Vector4f v = bust_at((ray.origin + t * ray.direction).cast<float>(), blur());
          const float alpha = 1 - std::exp(-v[3] * float(length));
          sum.head<3>() += (1 - sum[3]) * alpha * v.head<3>();
          sum[3] += (1 - sum[3]) * alpha;
        }
        float* p = image.at(x, y);
        for (int c = 0; c < 3; ++c) p[c] = sum[3] > 0 ? sum[c] / sum[3] : 0;
        p[3] = sum[3];
      }
    }
    return image;
  }

  std::shared_ptr<BustScript> script_;
  std::shared_ptr<const Settings> settings_;
  std::shared_ptr<const PhotoInfo> photo_;
  std::filesystem::path project_;
  std::filesystem::path autosave_folder_;
  std::filesystem::path autosave_;
  std::vector<LossSeries> losses_;
  FormationRecorder formation_;
  std::shared_ptr<const std::vector<LockedView>> locks_;
  int locked_ = 0;
  mutable std::shared_ptr<const std::vector<RefinedView>> painted_;
  mutable int painted_steps_ = 0;
  std::uint64_t seed_ = 0;
  bool has_head_ = false;
  bool open_ = false;
};

}  // namespace portrait
