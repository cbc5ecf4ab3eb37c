// SimGrid S4U: an Exec an op, a Comm a transfer, each made and assigned when its turn comes, all from the simulation
// kernel's completion callbacks (no actors). One second of SimGrid is one ns of the case.
// simgrid CASE POLICY unlimited|shared [--cfg=…]
#include "world.hpp"
#include <simgrid/kernel/resource/Model.hpp>
#include <simgrid/s4u.hpp>
#include <simgrid/version.h>

namespace sg4 = simgrid::s4u;
using simgrid::kernel::resource::Model;

/// Hosts of 1 flop/s; each device has a link out and a link in of 1 byte/s, which are divided among its flows or
/// (fat pipe) give each flow all.
struct Kernel {
  std::vector<sg4::Host*> hosts;
  std::vector<Model*> models;
  long live = 0;

  double now() const { return sg4::Engine::get_clock(); }

  void run(int op, int device, int ns) {
    const sg4::ExecPtr exec = sg4::Exec::init();
    exec->set_flops_amount(ns)->set_host(hosts[device]);
    begin(exec.get(), op);
  }

  void move(int edge, int from, int to, int bytes) {
    const sg4::CommPtr comm = sg4::Comm::sendto_init(hosts[from], hosts[to]);
    comm->set_payload_size(bytes);
    begin(comm.get(), ~edge);
  }

  /// True when no other activity ends at this instant.
  bool instant_is_over() const {
    for (Model* model : models) if (!model->get_finished_action_set()->empty()) return false;
    return true;
  }

private:
  /// The activity carries its id, and is kept alive until it completes.
  template <class Activity> void begin(Activity* activity, int entity) {
    intrusive_ptr_add_ref(activity);
    activity->set_data(reinterpret_cast<void*>(static_cast<intptr_t>(entity)));
    activity->vetoable_start();
  }
};

static void build_platform(Kernel& kernel, const Case& c, bool shared) {
  sg4::NetZone* zone = sg4::create_star_zone("devices");
  const auto sharing = shared ? sg4::Link::SharingPolicy::SHARED : sg4::Link::SharingPolicy::FATPIPE;
  for (int device = 0; device < c.devices; device++) {
    const std::string name = "P" + std::to_string(device);
    sg4::Host* host = zone->create_host(name, 1.0)->seal();
    kernel.hosts.push_back(host);
    const double latency = c.latency / 2.0;
    const sg4::Link* out = zone->create_link(name + ">", 1.0)->set_latency(latency)->set_sharing_policy(sharing)->seal();
    const sg4::Link* in = zone->create_link(name + "<", 1.0)->set_latency(latency)->set_sharing_policy(sharing)->seal();
    zone->add_route(host->get_netpoint(), nullptr, nullptr, nullptr, {sg4::LinkInRoute(out)}, false);
    zone->add_route(nullptr, host->get_netpoint(), nullptr, nullptr, {sg4::LinkInRoute(in)}, false);
  }
  zone->seal();
}

template <Policy policy> void simulate(sg4::Engine& engine, const Case& c, Kernel& kernel) {
  World<Kernel, policy> world(c, kernel);
  double makespan = 0;
  sg4::Activity::on_completion_cb([&](const sg4::Activity& activity) {
    const auto entity = static_cast<int>(reinterpret_cast<intptr_t>(activity.get_data<void>()));
    if (entity >= 0) {
      world.op_ended(entity);
      makespan = kernel.now();
    } else world.move_ended(~entity);
    if (kernel.instant_is_over()) world.end_round();
    intrusive_ptr_release(const_cast<sg4::Activity*>(&activity));
  });
  const double before = cpu_ms();
  world.begin();
  engine.run();
  const double after = cpu_ms();
  if (world.ended != c.ops) {
    std::fprintf(stderr, "%d of %d ops ended\n", world.ended, c.ops);
    std::exit(1);
  }
  int major, minor, patch;
  sg_version_get(&major, &minor, &patch);
  report(makespan, world.moved, after - before, "SimGrid " + std::to_string(major) + "." + std::to_string(minor));
}

int main(int argc, char** argv) {
  sg4::Engine engine(&argc, argv);
  const Case c = Case::read(argv[1]);
  Kernel kernel;
  build_platform(kernel, c, std::strcmp(argv[3], "shared") == 0);
  for (const auto& model : engine.get_all_models()) kernel.models.push_back(model);
  switch (policy_named(argv[2])) {
    case Policy::fifo: simulate<Policy::fifo>(engine, c, kernel); break;
    case Policy::dmda: simulate<Policy::dmda>(engine, c, kernel); break;
    case Policy::fixed: simulate<Policy::fixed>(engine, c, kernel);
  }
}
