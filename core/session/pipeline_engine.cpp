// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include <ATen/Parallel.h>

#include "core/session/pipeline_engine.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/base/machine_info.h"
#include "core/base/settings.h"
#include "core/camera/viewpoint_rig.h"
#include "core/diffusion/control_effect.h"
#include "core/diffusion/hpdm.h"
#include "core/field/bake.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch_threads.h"
#include "core/photo/landmark_finder.h"
#include "core/photo/landmark_net.h"
#include "core/photo/matte_net.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/pack_stages.h"
#include "core/pipeline/pipeline.h"
#include "core/prior/gan_prior.h"
#include "core/project/autosave.h"
#include "core/project/project_file.h"
#include "core/session/formation_keeper.h"
#include "core/session/head_exports.h"
#include "core/session/head_mesh.h"
#include "core/session/photo_intake.h"
#include "core/session/refined_views.h"
#include "core/session/surrounding_views.h"
#include "core/session/view_locker.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace portrait {
namespace {

namespace fs = std::filesystem;

constexpr int kRestingWidth = 128;  // feature pixels: 512 after the super-resolution
constexpr int kMovingWidth = 48;
constexpr int kMovingSamples = 20;
constexpr int kThumbnailWidth = 72;
constexpr int kRunningBakeSamples = 128;
// Bytes by which a brick may differ from what is on screen while the head forms.
constexpr int kBrickTolerance = 2;

at::Device device_of(const std::string& name) {
  const bool cuda = at::hasCUDA();
  check(name != "cuda" || cuda, ErrorCode::kUnsupported,
        "This LibTorch has no CUDA, or there is no card; use --device auto or cpu");
  return name != "cpu" && cuda ? at::Device(at::kCUDA) : at::Device(at::kCPU);
}

class PipelineEngine : public HeadEngine {
 public:
  explicit PipelineEngine(const SessionOptions& options)
      : options_(options), settings_(options.settings) {
    // OpenMP keeps its thread count per calling thread: the worker is one of its own.
    configure_torch_threads();
    if (!settings_) settings_ = std::make_shared<const Settings>();
  }

  void prepare() override {
    if (prior_) return;
    device_ = device_of(options_.device != "auto" ? options_.device
                                                  : settings_->get<std::string>("device"));
    const fs::path folder = options_.pack.empty() ? default_pack_folder() : options_.pack;
    auto pack = std::make_shared<const ModelPack>(ModelPack::open(folder));
    auto prior = std::make_unique<GanPrior>(GanPrior::load(*pack, device_));
    if (pack->has("landmarks")) landmarks_ = load_landmark_net(*pack);
    if (pack->has("matting")) matting_ = load_matte_net(*pack);
    sources_ =
        stage_sources(pack, precision_choice(settings_->get<std::string>("diffusion.precision")));
    if (sources_.painter) {
      branches_.explicit_branch = true;
      branches_.reads_text = !pack->has("conditioner");
      // A part that training has not moved yet is there and does nothing.
      for (const ControlPart& part : control_parts(hpdm_network(*pack))) {
        if (part.name == "implicit_branch") branches_.implicit_branch = part.trained;
        if (part.name == "geometry_prior") branches_.geometry_prior = part.trained;
      }
    }
    pack_ = std::move(pack);
    prior_ = std::move(prior);
  }

  void open_photo(const fs::path& path, int face, const std::function<bool()>& stopped) override {
    prepare();
    const int wanted = face > 0 ? face : settings_->get<int>("face");
    PrepareOptions photo_options = prepare_options();
    photo_options.face = wanted - 1;  // -1: the largest
    const double told = settings_->get<double>("field_of_view");
    if (told > 0) photo_options.fov_deg = told;
    make_head(take_photo(path, photo_options), {}, stopped);
  }

  void edit_photo(const PhotoEdit& edit, const std::function<bool()>& stopped) override {
    prepare();
    make_head(edited_photo(pipeline().photo(), info_, edit, prepare_options()), project_path_,
              stopped);
  }

  bool open_project(const fs::path& path) override {
    LoadedProject project = load_project(path);
    // Without a pack the head opens all the same; only what needs its networks cannot go on.
    try {
      prepare();
      project.pipeline->set_sources(sources_);
    } catch (const Error& error) {
      log_warning("The project is open without a model pack: {}", error.message());
    }
    const bool recovered = is_autosave(path);
    take(std::move(project.pipeline), std::move(project.info),
         recovered ? project_of(path) : path, FormationKeeper(std::move(project.formation)));
    if (recovered) autosave_ = path;
    settings_ = std::make_shared<const Settings>(pipeline_->settings());
    return pipeline_->under_way();
  }

  void save_project(const fs::path& path) override {
    check(!is_autosave(path), ErrorCode::kBadUsage,
          "{} is the name of an autosave, which is removed by saving; choose another name",
          path.filename().string());
    portrait::save_project(path, pipeline(), info_, formation_.recorder());
    if (!autosave_.empty()) discard_autosave(autosave_);
    autosave_.clear();
    project_path_ = path;
  }

  void forget_autosave() override { autosave_.clear(); }

  fs::path autosave() override {
    if (autosave_.empty()) autosave_ = autosave_place();
    if (!autosave_.empty()) {
      fs::create_directories(autosave_.parent_path());
      portrait::save_project(autosave_, pipeline(), info_, formation_.recorder());
    }
    return autosave_;
  }

  void set_settings(std::shared_ptr<const Settings> settings) override {
    settings_ = std::move(settings);
    if (!pipeline_) return;
    pipeline_->set_settings(settings_);
    pipeline_->set_seed(seed());
  }

  void set_seed(std::uint64_t seed) override {
    Settings changed = *settings_;
    changed.set("seed", static_cast<std::int64_t>(seed));
    set_settings(std::make_shared<const Settings>(std::move(changed)));
  }

  void lock_view(const Viewpoint& viewpoint, const fs::path& picture) override {
    locker_.lock(pipeline(), *settings_, viewpoint, picture);
  }

  void unlock_view(const Viewpoint& viewpoint) override { pipeline().unlock_view(viewpoint); }

  void write_view(const Viewpoint& viewpoint, const fs::path& file) override {
    locker_.write(pipeline(), view(), viewpoint, file);
  }

  void begin_run() override {
    pipeline().begin_run();
    formation_.run_begins();
    view_.reset();
    refined_ = {};
  }

  EngineStep step() override {
    view_.reset();
    const StepStatus status = pipeline().step();
    const StageInfo& stage = pipeline().stages()[std::size_t(pipeline().stage())];
    return {status.head_changed, stage.state == StageState::kDone, status.finished};
  }

  void end_run() override {
    if (!pipeline_) return;
    formation_.run_ends(*pipeline_);
    pipeline_->end_run();
  }

  void keep_moment(const std::shared_ptr<const BakedVolume>& volume) override {
    formation_.baked(pipeline(), view(), volume);
  }

  bool return_to(std::uint64_t moment) override {
    auto back = std::make_unique<Pipeline>(formation_.pipeline_at(moment));
    back->set_sources(sources_);
    // As the artist has them now, whatever they were then.
    back->set_settings(settings_);
    back->set_locks(pipeline().locks());
    back->set_seed(seed());
    formation_.leave_for(moment, pipeline(), view(), baked_);
    pipeline_ = std::move(back);
    view_.reset();
    refined_ = {};
    return pipeline_->under_way();
  }

  bool has_head() const override { return pipeline_ != nullptr; }

  std::shared_ptr<const BakedVolume> bake(bool final) override {
    const int wanted = settings_->get<int>("bake.samples");
    BakeOptions options;
    options.samples_over_height = final ? wanted : std::min(wanted, kRunningBakeSamples);
    options.previous = baked_.get();
    // While it forms, bricks that look as they did stay; the finished head is exact.
    options.tolerance = final ? -1 : kBrickTolerance;
    options.turn = bakes_++;
    options.occupancy = &view().occupancy();
    auto volume = std::make_shared<BakedVolume>(portrait::bake(pipeline().head(), options));
    if (!volume->empty()) baked_ = volume;
    return volume;
  }

  NeuralFrame render(const Camera& camera, bool resting) override {
    HeadPicture picture;
    if (resting) {
      picture = view().picture(camera, kRestingWidth);
    } else {
      LookOptions quick = LookOptions::from(*settings_);
      quick.coarse = std::min(quick.coarse, kMovingSamples);
      quick.fine = std::min(quick.fine, kMovingSamples);
      picture = view().picture(camera, kMovingWidth, true, quick);
    }
    NeuralFrame frame;
    frame.camera = camera;
    frame.rgba = std::move(picture.rgba);
    frame.depth = std::move(picture.depth);
    frame.resting = resting;
    return frame;
  }

  std::vector<Camera> surroundings() const override {
    std::vector<Viewpoint> ring;
    for (const RigView& view : viewpoint_rig(*settings_)) ring.push_back(view.viewpoint);
    std::vector<Camera> cameras = {photo_->camera};
    for (const Viewpoint& viewpoint : with_views_between(ring)) {
      cameras.push_back(rig_camera(viewpoint));
    }
    return cameras;
  }

  ViewMesh view_mesh() override {
    ViewMesh shown;
    shown.resolution = settings_->get<int>("mesh.resolution");
    const TriangleMesh mesh = surface_of_head(view(), HeadSurface::from(*settings_));
    shown.positions.reserve(3 * mesh.positions.size());
    shown.normals.reserve(3 * mesh.positions.size());
    shown.triangles.reserve(3 * mesh.triangles.size());
    for (const Eigen::Vector3f& p : mesh.positions) {
      shown.positions.insert(shown.positions.end(), p.data(), p.data() + 3);
    }
    for (const Eigen::Vector3f& n : mesh.normals) {
      shown.normals.insert(shown.normals.end(), n.data(), n.data() + 3);
    }
    for (const auto& triangle : mesh.triangles) {
      shown.triangles.insert(shown.triangles.end(), triangle.begin(), triangle.end());
    }
    return shown;
  }

  RingThumbnail ring_thumbnail(int index) override {
    const Viewpoint viewpoint = viewpoint_rig(*settings_).at(std::size_t(index)).viewpoint;
    LookOptions quick = LookOptions::from(*settings_);
    quick.coarse = quick.fine = kMovingSamples;
    return {viewpoint, view().picture(rig_camera(viewpoint), kThumbnailWidth, false, quick).rgba};
  }

  int ring_size() const override { return static_cast<int>(viewpoint_rig(*settings_).size()); }

  FrontMeasure measure_front() override {
    return portrait::measure_front(view(), pipeline().photo());
  }

  std::unique_ptr<ExportJob> begin_export(const ExportRequest& request) override {
    return begin_head_export(pipeline().head(), request, *settings_,
                             export_sources(pipeline(), info_, *formation_.formation(), request));
  }

  void describe(Snapshot& snapshot) const override {
    snapshot.settings = settings_;
    snapshot.seed = seed();
    snapshot.device = device_.is_cuda() ? std::string("CUDA") : "CPU (" + processor_ + ")";
    snapshot.threads = at::get_num_threads();
    snapshot.hpdm = branches_;
    snapshot.memory_mb = resident_memory_mb();
    snapshot.photo = photo_;
    snapshot.project_path = project_path_;
    if (!pipeline_) return;
    snapshot.stages = pipeline_->stages();
    snapshot.stage = pipeline_->stage();
    snapshot.losses = pipeline_->losses();
    snapshot.loss_history = pipeline_->loss_history();
    snapshot.formation = formation_.formation();
    snapshot.refined = refined_.of(pipeline_->detail());
    snapshot.locks = locker_.shown(pipeline_->locks());
    snapshot.elapsed_s = pipeline_->seconds();
    snapshot.seconds_per_step = pipeline_->seconds_per_step();
    const StageInfo& stage = snapshot.stages[std::size_t(snapshot.stage)];
    snapshot.time_left_s = pipeline_->under_way() && snapshot.seconds_per_step > 0
                               ? (stage.steps - stage.step) * snapshot.seconds_per_step
                               : -1;
  }

 private:
  using DutyClock = std::chrono::steady_clock;

  Pipeline& pipeline() {
    check(pipeline_ != nullptr, ErrorCode::kInternal, "There is no head yet");
    return *pipeline_;
  }

  std::uint64_t seed() const {
    return static_cast<std::uint64_t>(settings_->get<std::int64_t>("seed"));
  }

  const HeadView& view() {
    if (!view_) view_.emplace(pipeline().head(), LookOptions::from(*settings_));
    return *view_;
  }

  fs::path autosave_place() const {
    if (!project_path_.empty()) return autosave_path(project_path_);
    if (!options_.autosave_folder.empty()) {
      return free_autosave_path(options_.autosave_folder, info_.photo_name);
    }
    return {};
  }

  PrepareOptions prepare_options() const {
    PrepareOptions options;
    options.landmark_net = landmarks_;
    options.matte_net = matting_;
    options.background = background_of(*settings_);
    return options;
  }

  void make_head(TakenPhoto photo, fs::path project_path, const std::function<bool()>& stopped) {
    check(!stopped(), ErrorCode::kInternal, "Opening was given up because the program closes");
    const auto begin = DutyClock::now();
    const Field first = first_head_of(*prior_, photo.input, photo.info);
    const double seconds = std::chrono::duration<double>(DutyClock::now() - begin).count();
    auto pipeline = std::make_unique<Pipeline>(photo.input, first, seconds, settings_, seed());
    pipeline->set_sources(sources_);
    photo.info.pack_name = pack_->name();
    photo.info.pack_version = pack_->version();
    photo.info.pack_hash = pack_->hash();
    take(std::move(pipeline), std::move(photo.info), std::move(project_path), {});
  }

  // Everything new is ready: nothing from here on throws.
  void take(std::unique_ptr<Pipeline> pipeline, ProjectInfo info, fs::path project_path,
            FormationKeeper formation) {
    photo_ = std::make_shared<const PhotoInfo>(photo_info(pipeline->photo(), info));
    pipeline_ = std::move(pipeline);
    info_ = std::move(info);
    project_path_ = std::move(project_path);
    formation_ = std::move(formation);
    autosave_.clear();
    view_.reset();
    baked_.reset();
    refined_ = {};
  }

  SessionOptions options_;
  std::shared_ptr<const Settings> settings_;
  at::Device device_{at::kCPU};
  std::string processor_ = processor_name();
  std::shared_ptr<const ModelPack> pack_;
  StageSources sources_;
  HpdmBranches branches_;
  std::unique_ptr<GanPrior> prior_;
  std::shared_ptr<const LandmarkNet> landmarks_;
  std::shared_ptr<const MatteNet> matting_;

  std::unique_ptr<Pipeline> pipeline_;
  ProjectInfo info_;
  std::shared_ptr<const PhotoInfo> photo_;
  fs::path project_path_;
  FormationKeeper formation_;
  fs::path autosave_;  // where this head's autosaves go; empty before the first
  std::optional<HeadView> view_;  // of the head as it stands; gone after each step
  mutable RefinedViews refined_;  // what describe() has made so far
  mutable ViewLocker locker_;
  std::shared_ptr<const BakedVolume> baked_;
  int bakes_ = 0;
};

}  // namespace

std::unique_ptr<HeadEngine> make_pipeline_engine(const SessionOptions& options) {
  return std::make_unique<PipelineEngine>(options);
}

Session::Session(const SessionOptions& options) : Session(options, make_pipeline_engine) {}

}  // namespace portrait
