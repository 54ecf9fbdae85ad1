// SPDX-License-Identifier: Apache-2.0
#include "core/session/session.h"

#include "core/base/error.h"
#include "core/session/session_worker.h"

#include <utility>

namespace portrait {

Session::Session(const SessionOptions& options,
                 std::function<std::unique_ptr<HeadEngine>(const SessionOptions&)> make_engine)
    : worker_(std::make_unique<Worker>(options, std::move(make_engine))) {}

Session::~Session() = default;

void HeadEngine::edit_photo(const PhotoEdit&, const std::function<bool()>&) {
  fail(ErrorCode::kUnsupported, "This engine takes photos as they are");
}

void Session::open_photo(const std::filesystem::path& path, const OpenOptions& options) {
  worker_->post([=](Worker& worker) { worker.open_photo(path, options); });
}

void Session::open_project(const std::filesystem::path& path) {
  worker_->post([=](Worker& worker) { worker.open_project(path); });
}

void Session::edit_photo(const PhotoEdit& edit) {
  worker_->post([=](Worker& worker) { worker.edit_photo(edit); });
}

void Session::start() {
  worker_->post([](Worker& worker) { worker.start(); });
}

void Session::pause() {
  worker_->post_at_once([](Worker& worker) { worker.pause(); });
}

void Session::resume() {
  worker_->post([](Worker& worker) { worker.resume(); });
}

void Session::step() {
  worker_->post([](Worker& worker) { worker.single_step(); });
}

void Session::stop() {
  worker_->post_at_once([](Worker& worker) { worker.stop(); });
}

void Session::return_to(std::uint64_t moment) {
  worker_->post_at_once([=](Worker& worker) { worker.return_to(moment); });
}

void Session::set_settings(std::shared_ptr<const Settings> settings) {
  worker_->set_settings(std::move(settings));
}

void Session::set_seed(std::uint64_t seed) {
  worker_->post([=](Worker& worker) { worker.set_seed(seed); });
}

void Session::write_view(const Viewpoint& viewpoint, const std::filesystem::path& file) {
  worker_->post([=](Worker& worker) { worker.write_view(viewpoint, file); });
}

void Session::lock_view(const Viewpoint& viewpoint, const std::filesystem::path& picture) {
  worker_->post([=](Worker& worker) { worker.lock_view(viewpoint, picture); });
}

void Session::unlock_view(const Viewpoint& viewpoint) {
  worker_->post([=](Worker& worker) { worker.unlock_view(viewpoint); });
}

void Session::move_camera(const Camera& camera, bool resting, bool draw) {
  worker_->move_camera(camera, resting, draw);
}

void Session::want_mesh(bool wanted) {
  worker_->post([=](Worker& worker) { worker.want_mesh(wanted); });
}

void Session::export_to(const ExportRequest& request) {
  worker_->post([=](Worker& worker) { worker.export_to(request); });
}

void Session::cancel_export() {
  worker_->post([](Worker& worker) { worker.cancel_export(); });
}

void Session::save_project(const std::filesystem::path& path) {
  worker_->post([=](Worker& worker) { worker.save_project(path); });
}

void Session::abandon() {
  worker_->abandon();
}

std::shared_ptr<const Snapshot> Session::latest() const {
  return worker_->latest();
}

void Session::set_notifier(std::function<void()> notifier) {
  worker_->set_notifier(std::move(notifier));
}

}  // namespace portrait
