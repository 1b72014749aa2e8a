// C++/Boost baselines, written as a competent user would: one path after another, std::mt19937_64,
// boost ziggurat normals.
#include <boost/random.hpp>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>
#include <thread>
#include <vector>
typedef std::mt19937_64 G;
typedef boost::random::normal_distribution<double> N;
static void par(int T, long P, std::function<void(int, long, long)> f) {
  if (T == 1) {
    f(0, 0, P);
    return;
  }
  std::vector<std::thread> th;
  for (int t = 0; t < T; t++)
    th.emplace_back(f, t, P * t / T, P * (t + 1) / T);
  for (auto &x : th)
    x.join();
}
extern "C" {
void w1(long P, long K, long n, long d, const double *X, const double *y, const double *ts,
        double gam, const long *T, long m, double *E, long seed, int nt) {
  std::vector<std::vector<double>> Es(nt, std::vector<double>(m, 0.0));
  par(nt, P, [&](int t, long lo, long hi) {
    G g(seed * 1000 + t);
    boost::random::uniform_int_distribution<int> U(0, n - 1);
    std::vector<double> th(d);
    auto &e = Es[t];
    for (long p = lo; p < hi; p++) {
      std::fill(th.begin(), th.end(), 0.0);
      long r = 0;
      for (long k = 1; k <= K; k++) {
        const double *x = X + (long)U(g) * d;
        long i = (x - X) / d;
        double s = -y[i];
        for (long j = 0; j < d; j++)
          s += x[j] * th[j];
        s *= gam;
        for (long j = 0; j < d; j++)
          th[j] -= s * x[j];
        if (k == T[r]) {
          double q = 0;
          for (long j = 0; j < d; j++)
            q += (th[j] - ts[j]) * (th[j] - ts[j]);
          e[r] += q;
          r++;
        }
      }
    }
  });
  for (auto &e : Es)
    for (long r = 0; r < m; r++)
      E[r] += e[r];
}
void w2(long P, long K, long n, long d, const double *X, const double *y, const double *ts,
        double gam, double dt, const long *T, long m, double *E, long seed, int nt) {
  std::vector<std::vector<double>> Es(nt, std::vector<double>(m, 0.0));
  double c0 = -dt / n, c1 = std::sqrt(gam / n) * std::sqrt(dt);
  par(nt, P, [&](int t, long lo, long hi) {
    G g(seed * 1000 + t);
    N z;
    std::vector<double> th(d), w(n), b(n);
    auto &e = Es[t];
    for (long p = lo; p < hi; p++) {
      std::fill(th.begin(), th.end(), 0.0);
      long r = 0;
      for (long k = 1; k <= K; k++) {
        double mb = 0;
        for (long i = 0; i < n; i++) {
          b[i] = z(g);
          mb += b[i];
        }
        mb /= n;
        for (long i = 0; i < n; i++) {
          const double *x = X + i * d;
          double s = -y[i];
          for (long j = 0; j < d; j++)
            s += x[j] * th[j];
          w[i] = s * (c0 + c1 * (b[i] - mb));
        }
        for (long i = 0; i < n; i++) {
          const double *x = X + i * d;
          for (long j = 0; j < d; j++)
            th[j] += w[i] * x[j];
        }
        if (k == T[r]) {
          double q = 0;
          for (long j = 0; j < d; j++)
            q += (th[j] - ts[j]) * (th[j] - ts[j]);
          e[r] += q;
          r++;
        }
      }
    }
  });
  for (auto &e : Es)
    for (long r = 0; r < m; r++)
      E[r] += e[r];
}
void w3(long P, long K, long d, const double *A, double dt, double s, double *out, long seed,
        int nt) { // out: sum x_j^2
  std::vector<std::vector<double>> S(nt, std::vector<double>(d, 0.0));
  std::vector<double> c(d);
  for (long j = 0; j < d; j++)
    c[j] = 1 - A[j] * dt;
  par(nt, P, [&](int t, long lo, long hi) {
    G g(seed * 1000 + t);
    N z;
    std::vector<double> x(d);
    for (long p = lo; p < hi; p++) {
      std::fill(x.begin(), x.end(), 0.0);
      for (long k = 0; k < K; k++)
        for (long j = 0; j < d; j++)
          x[j] = c[j] * x[j] + s * z(g);
      for (long j = 0; j < d; j++)
        S[t][j] += x[j] * x[j];
    }
  });
  for (auto &e : S)
    for (long j = 0; j < d; j++)
      out[j] += e[j];
}
// variant 0 signsgd 1 adamw 2 signsgd_sde 3 adamw_sde ; out[0] sum of final loss
void w4(long P, long K, long d, const double *h, double eta, double sig, int variant, double *out,
        long seed, int nt) {
  std::vector<double> S(nt, 0.0);
  const double b1 = 0.9, b2 = 0.999, eps = 1e-8, wd = 0.01;
  const double r1 = (1 - b1) / eta, r2 = (1 - b2) / eta;
  par(nt, P, [&](int t, long lo, long hi) {
    G g(seed * 1000 + t);
    N z;
    std::vector<double> x(d), M(d), V(d);
    const double se = std::sqrt(eta);
    for (long p = lo; p < hi; p++) {
      for (long j = 0; j < d; j++) {
        x[j] = 1;
        M[j] = 0;
        V[j] = 0;
      }
      double p1 = 1, p2 = 1;
      for (long k = 1; k <= K; k++) {
        p1 *= b1;
        p2 *= b2;
        if (variant == 0)
          for (long j = 0; j < d; j++) {
            double gr = h[j] * x[j] + sig * z(g);
            x[j] -= gr > 0 ? eta : -eta;
          }
        else if (variant == 1) {
          double c1 = 1 / (1 - p1), c2 = 1 / (1 - p2);
          for (long j = 0; j < d; j++) {
            double gr = h[j] * x[j] + sig * z(g);
            M[j] = b1 * M[j] + (1 - b1) * gr;
            V[j] = b2 * V[j] + (1 - b2) * gr * gr;
            x[j] -= eta * (M[j] * c1 / (std::sqrt(V[j] * c2) + eps) + wd * x[j]);
          }
        } else if (variant == 2)
          for (long j = 0; j < d; j++) {
            double u = std::erf(h[j] * x[j] / sig * 0.70710678118654752440);
            x[j] += -eta * u + eta * std::sqrt(1 - u * u) * z(g);
          }
        else {
          double tt = k * eta;
          double g1 = 1 / (1 - std::exp(-r1 * tt)), g2 = 1 / (1 - std::exp(-r2 * tt));
          for (long j = 0; j < d; j++) {
            double gr = h[j] * x[j];
            double dM = r1 * (gr - M[j]);
            V[j] += eta * r2 * (gr * gr + sig * sig - V[j]);
            double P_ = std::sqrt(V[j] * g2) + eps;
            x[j] -= eta * (g1 * (M[j] + eta * dM) / P_ + wd * x[j]);
            M[j] += eta * dM + se * se * r1 * sig * std::sqrt(eta) * z(g) / std::sqrt(eta);
          }
        }
      }
      double L = 0;
      for (long j = 0; j < d; j++)
        L += 0.5 * h[j] * x[j] * x[j];
      S[t] += L;
    }
  });
  for (auto v : S)
    out[0] += v;
}
// variant 0: minibatch SGD; 1: hSGD EM. out receives |th-mu| every thin steps after burn (size
// P*((K-burn)/thin)), burn=K/10
void w5(long P, long K, long n, long d, long B, const double *X, const double *y, const double *mu,
        const double *H, const double *Hs, double L0, double gam, double del, int variant,
        long thin, double *out, long seed, int nt) {
  long burn = K / 10, m = (K - burn) / thin;
  par(nt, P, [&](int t, long lo, long hi) {
    G g(seed * 1000 + t);
    N z;
    boost::random::uniform_int_distribution<int> U(0, n - 1);
    std::vector<double> th(d), a(d), u(d), xi(d);
    for (long p = lo; p < hi; p++) {
      for (long j = 0; j < d; j++)
        th[j] = mu[j];
      double *o = out + p * m;
      long q = 0;
      for (long k = 1; k <= K; k++) {
        if (variant == 0) {
          for (long j = 0; j < d; j++)
            a[j] = 0;
          for (long b = 0; b < B; b++) {
            long i = U(g);
            const double *x = X + i * d;
            double s = -y[i];
            for (long j = 0; j < d; j++)
              s += x[j] * th[j];
            for (long j = 0; j < d; j++)
              a[j] += s * x[j];
          }
          for (long j = 0; j < d; j++)
            th[j] -= gam * (a[j] / B + del * th[j]);
        } else {
          for (long j = 0; j < d; j++) {
            u[j] = th[j] - y[j];
            xi[j] = z(g);
          }
          double L = 0;
          for (long i = 0; i < d; i++) {
            double s = 0;
            for (long j = 0; j < d; j++)
              s += H[i * d + j] * u[j];
            a[i] = s;
            L += u[i] * s;
          }
          L = 0.5 * L + L0;
          double c = gam * std::sqrt(2 * L / B);
          for (long i = 0; i < d; i++) {
            double s = 0;
            for (long j = 0; j < d; j++)
              s += Hs[i * d + j] * xi[j];
            th[i] += -gam * (a[i] + del * th[i]) + c * s;
          }
        }
        if (k > burn && (k - burn) % thin == 0) {
          double e = 0;
          for (long j = 0; j < d; j++)
            e += (th[j] - mu[j]) * (th[j] - mu[j]);
          o[q++] = std::sqrt(e);
        }
      }
    }
  });
}
}
