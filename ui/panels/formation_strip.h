// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTimer>
#include <QWidget>

#include <cstdint>
#include <memory>

class QHBoxLayout;
class QLabel;
class QMenu;
class QPushButton;

namespace portrait {

struct Formation;
struct FormationMoment;
struct PhotoInfo;
struct Snapshot;
class FormationTimeline;
class LossPlot;

// Under the viewport: what is happening, the head's formation as pictures over time, and the
// losses on the same axis. Going back in it only looks; going on from a moment is asked for.
class FormationStrip : public QWidget {
  Q_OBJECT

 public:
  explicit FormationStrip(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  QString activity() const;
  // 0: the head as it is.
  void look_at(std::uint64_t moment);
  std::uint64_t looked_at() const;
  void play();

  FormationTimeline* timeline() { return timeline_; }
  QPushButton* play_button() { return play_; }
  QPushButton* continue_button() { return continue_; }
  QPushButton* now_button() { return now_; }
  QPushButton* branches_button() { return branches_; }

 Q_SIGNALS:
  // What the viewport is to show; null: the head as it is.
  void shown(std::shared_ptr<const portrait::FormationMoment> moment);
  void return_requested(quint64 moment);

 private:
  void build_buttons(QHBoxLayout* row);
  void play_next();
  void fill_branches();
  void update_buttons();

  std::shared_ptr<const Formation> formation_;
  std::shared_ptr<const PhotoInfo> photo_;
  bool may_return_ = false;
  QLabel* what_;
  QLabel* numbers_;
  QPushButton* play_;
  QPushButton* continue_;
  QPushButton* now_;
  QPushButton* branches_;
  QMenu* branch_menu_;
  FormationTimeline* timeline_;
  LossPlot* plot_;
  QTimer film_;
};

// "Photo fit, step 31 of 200": what the snapshot's worker does, in words.
QString activity_text(const Snapshot& snapshot);

}  // namespace portrait
