// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QMenu>

namespace portrait {

class Preferences;

// File > Open recent: what was open before, newest first.
class RecentMenu : public QMenu {
  Q_OBJECT

 public:
  explicit RecentMenu(Preferences& preferences, QWidget* parent = nullptr);
  void refresh();
  bool any() const { return any_; }

 Q_SIGNALS:
  void chosen(const QString& path);

 private:
  Preferences& preferences_;
  bool any_ = false;
};

}  // namespace portrait
