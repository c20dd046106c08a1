#include "tenfold/plan_description.h"
#include "tenfold/plan_page_template.h"

namespace tenfold {

std::string planPage(const Plan& plan, const nlohmann::json& description) {
  constexpr std::string_view kHole = "{{plan}}";
  nlohmann::json all = description;
  if (!plan.memory.empty()) all["arena"] = describeArena(plan, 0);
  std::string data = all.dump();
  // A name in the model must not end the script that the data is in.
  for (size_t at = 0; (at = data.find("</", at)) != std::string::npos; at += 3) data.replace(at, 2, "<\\/");
  std::string page = kPlanPage;
  return page.replace(page.find(kHole), kHole.size(), data);
}

}  // namespace tenfold
