// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QPointer>

#include <filesystem>
#include <functional>
#include <memory>

class QMessageBox;
class QWidget;

namespace portrait {

class Session;
struct Snapshot;

// Saves, and stands between the artist and a loss: before work that no project holds is replaced
// or left, it asks, and goes on when that is safe. Questions and dialogs are opened, not executed:
// the event loop below them stays the one event loop.
class UnsavedGuard : public QObject {
  Q_OBJECT

 public:
  // kRemaking: a first head anew, of the photo as it was edited so far.
  enum class Loss { kClosing, kOpening, kStarting, kRemaking };
  using Then = std::function<void(bool discarded)>;

  UnsavedGuard(Session& session, bool asks, QWidget* window);
  void show_snapshot(const std::shared_ptr<const Snapshot>& snapshot);

  bool would_ask(Loss loss) const;
  // Calls `then` at once when nothing is lost by it, else after an answer that allows it: after a
  // save that succeeded, or when the artist gives the work up. One question at a time.
  void before(Loss loss, Then then);

  // Of an export under way, which closing would end: calls `then` when it may.
  bool would_ask_about_export() const;
  void before_ending_export(std::function<void()> then);

  // Asks for a name where there is none yet.
  void save(Then then = {});
  void save_as(Then then = {});

 private:
  void save_to(const std::filesystem::path& path, Then then);
  bool raise_question();  // true: there is one already

  Session& session_;
  const bool asks_;
  QWidget* window_;
  std::shared_ptr<const Snapshot> snapshot_;
  QPointer<QMessageBox> question_;
  Then after_save_;
  std::uint64_t saves_before_ = 0;
};

}  // namespace portrait
