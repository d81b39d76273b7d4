#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cmath>
#include <time.h>
#include "train/feed.hpp"
#include "train/layers.hpp"
#include "train/losses.hpp"
#include "train/optimiser.hpp"
#include "train/program.hpp"
using namespace trigloop; using namespace trigloop::train;
int main(int argc,char**argv){
  unsigned threads = argc>1?atoi(argv[1]):1; bool vae = argc>2 && argv[2][0]=='v';
  core::Philox r(1,1);
  const Quantiser kq=Quantiser::signed_bits(6,2), bq=Quantiser::signed_bits(10,6), aq=Quantiser::unsigned_relu(10,6);
  Table t(vae?10:57, 200000); for(size_t e=0;e<t.events;++e) for(size_t k=0;k<t.features;++k) t.row(e)[k]=std::floor(r.uniform()*16-8)/4;
  Network n; Team team(threads); std::optional<Augmenter> aug;
  if(!vae) aug.emplace(AugmentOptions{.9,.75,.93,.57,.5,false}, Geometry{std::vector<double>(57,16.),std::vector<double>(57,8.),axol1tl_phi_bins()});
  Feed& feed=n.add(std::make_unique<Feed>("data",t,std::move(aug)),{});
  TensorId x=feed.output;
  auto dense=[&](std::string nm,TensorId in,size_t o,bool q){ return n.add(std::make_unique<Dense>(nm,Dense::Options{n.features(in),o,q?kq:Quantiser{},q?bq:Quantiser{}},n.parameters),{in}).output;};
  auto act=[&](std::string nm,TensorId in,Quantiser q){return n.add(std::make_unique<Activation>(nm,n.features(in),q),{in}).output;};
  size_t views=1;
  if(!vae){ views=2;
    x=dense("b0",x,29,true); x=act("a0",x,aq); x=dense("b1",x,10,true);
    for(int i=0;i<3;++i){ x=dense("p"+std::to_string(i),x,40,false); x=n.add(std::make_unique<BatchNorm>("n"+std::to_string(i),40,i<2,n.parameters),{x}).output; }
    n.add(std::make_unique<Vicreg>("vicreg",40,Vicreg::Weights{}),{x});
  } else {
    TensorId z=act("e0a",dense("e0",x,9,true),aq); z=act("e1a",dense("e1",z,6,true),aq);
    TensorId mu=dense("mu",z,4,true), lv=dense("lv",z,4,true);
    TensorId s=n.add(std::make_unique<Sample>("s",4,7),{mu,lv}).output;
    s=act("d0a",dense("d0",s,6,true),aq); s=act("d1a",dense("d1",s,9,true),aq); s=dense("d2",s,10,true);
    n.add(std::make_unique<Reconstruction>("reco",Reconstruction::Kind::squared,10,0.07),{s,x});
    n.add(std::make_unique<Divergence>("kl",4,0.85),{mu,lv});
  }
  for(size_t k=0;k<n.parameters.size();++k){}
  for(const auto&p:n.parameters.list()) if(p.name.ends_with("kernel")) for(size_t i=0;i<p.rows;++i)for(size_t j=0;j<p.columns;++j) n.parameters.data()[p.offset+i*p.stride()+j]=(r.uniform()-.5f)*2*std::sqrt(6.f/(p.rows+p.columns));
  Program prog(n,4096,views,team); Optimiser opt(OptimiserOptions::adam(),n.parameters.size());
  if(!vae) feed.compress(0.25f); Permutation perm(t.events,1,1); feed.set_order(&perm);
  int steps=vae?4000:200; double best=1e9; double loss=0; Step st{0,5,4096,views,0};
  for(int rep=0;rep<4;++rep){ timespec c0,c1; clock_gettime(CLOCK_PROCESS_CPUTIME_ID,&c0);
    for(int i=0;i<steps;++i){ st.first=(st.number%48)*4096; loss=prog.step(st); opt.update(n.parameters,prog.gradients(),1e-4); ++st.number;}
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID,&c1); best=std::min(best,(c1.tv_sec-c0.tv_sec)+1e-9*(c1.tv_nsec-c0.tv_nsec)); }
  uint64_t h=0; for(size_t k=0;k<n.parameters.size();++k){uint32_t u; memcpy(&u,n.parameters.data()+k,4); h=h*1099511628211u+u;}
  std::printf("%.3f M/s loss %.9g hash %016lx\n", steps*4096/best/1e6, loss, h);
}
