using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Platform.Jobs;
using Smplat.FakeVendors.Hosting;
using Smplat.FakeVendors.MealMe;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Confirmation;

/// <summary>
/// Two instances confirm the same orders at a fake vendor that times out, commits late and loses its answers, while claims
/// expire and recovery takes over in the middle. The random steps come from the seed in the test's name.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class PlacementModelTests
{
    private const int Rounds = 5;

    private static readonly TimeSpan VendorLimit = TimeSpan.FromMilliseconds(900);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public async Task Whatever_fails_there_is_never_a_second_order_nor_a_booked_one_that_its_provider_does_not_have(int seed)
    {
        var random = new Random(seed);
        await using var world = await World.StartAsync(random);
        for (var round = 0; round < Rounds; round++)
        {
            var history = await world.PlayAsync();
            await world.SettleAsync();
            await world.CheckAsync($"seed {seed}, round {round}: {history}");
        }
    }

    private sealed class World(FakeMealMe vendor, Kroger kroger, Stalls stalls, RouterFixture[] instances, Random random) : IAsyncDisposable
    {
        private string _token = "";

        public static async Task<World> StartAsync(Random random)
        {
            var vendor = new FakeMealMe(TimeProvider.System);
            await vendor.StartAsync(CancellationToken.None);
            var kroger = new Kroger();
            var stalls = new Stalls(random);
            (string, string)[] settings =
            [
                .. vendor.Settings.Select(entry => (entry.Key, entry.Value)),
                ("LOOPGPT_MEALME_MOCK", "false"),
                ("LOOPGPT_KROGER_MOCK", "false"),
                ("LOOPGPT_ENABLE_INSTACART", "false"),
                ("LOOPGPT_ENABLE_WALMART", "false"),
                ("LOOPGPT_MEALME_PRIORITY", "200"),
                ("LOOPGPT_MEALME_TIMEOUT", "2000"),
            ];
            var first = await StartAsync(null, kroger, stalls, settings);
            var second = await StartAsync(first, kroger, stalls, settings);
            return new World(vendor, kroger, stalls, [first, second], random);
        }

        /// <summary>One order: faults are set, then some calls, retries and recoveries run into one another.</summary>
        public async Task<string> PlayAsync()
        {
            SetTimeout(2000);
            _token = await instances[0].TokenAsync();
            SetTimeout(300);
            var history = new ConcurrentQueue<string>();
            history.Enqueue(SetFault());
            stalls.Probability = random.Next(3) == 0 ? 50 : 0;
            kroger.Mode = random.Next(3);
            var steps = Enumerable.Range(0, random.Next(2, 6))
                .Select(_ => (Delay: random.Next(0, 700), Instance: instances[random.Next(2)], IsRecovery: random.Next(2) == 0))
                .Prepend((Delay: 0, Instance: instances[0], IsRecovery: false))
                .ToArray();
            await Task.WhenAll(steps.Select(async step =>
            {
                await Task.Delay(step.Delay);
                history.Enqueue($"{step.Delay}:{(step.IsRecovery ? "recover" : "confirm")}{Array.IndexOf(instances, step.Instance)}");
                if (step.IsRecovery)
                {
                    await RecoverAsync(step.Instance, TimeSpan.FromMinutes(3));
                }
                else
                {
                    history.Enqueue((await step.Instance.ConfirmAsync(_token)).Error() ?? "success");
                }
            }));
            return $"{string.Join(' ', history)}, kroger {kroger.Mode}, stalls {stalls.Probability}";
        }

        /// <summary>The vendor commits what it still has in hand, then recovery runs until the limit and once beyond it.</summary>
        public async Task SettleAsync()
        {
            await Task.Delay(VendorLimit);
            vendor.Faults.Clear();
            stalls.Probability = 0;
            SetTimeout(2000);
            await RecoverAsync(instances[1], TimeSpan.FromMinutes(3));
            await RecoverAsync(instances[0], TimeSpan.FromHours(2));
        }

        public async Task CheckAsync(string history)
        {
            var session = JsonDocument.Parse((await instances[0].ScalarAsync<string>(
                """
                select to_json(row)::text from (
                    select session.id, session.status,
                        (select json_agg(json_build_object('provider', provider_id, 'order', provider_order_id)) from commerce.orders where session_id = session.id) as orders,
                        (select count(*) from commerce.order_attempts where session_id = session.id
                            and outcome in ('started', 'submitted', 'unknown') and attention_at is null) as forgotten,
                        (select count(*) from commerce.order_attempts where session_id = session.id and attention_at is not null) as handed_over
                    from commerce.routing_sessions session order by created_at desc limit 1) row
                """))!).RootElement;
            var id = session.GetProperty("id").GetGuid();
            var atMealMe = vendor.Orders.All.Where(order =>
                order.TimesPlaced > 0 && order.CustomerOrderId?.StartsWith(id.ToString("N"), StringComparison.Ordinal) == true).ToArray();
            var living = atMealMe.Where(order => order.Status != "canceled").Select(order => order.Id).Concat(kroger.Living(id)).ToArray();
            Assert.That(living, Has.Length.LessThanOrEqualTo(1), $"two living orders; {history}; {session}");
            Assert.That(atMealMe.Select(order => order.TimesPlaced), Is.All.EqualTo(1), history);
            if (session.GetProperty("orders") is { ValueKind: JsonValueKind.Array } booked)
            {
                Assert.That(
                    booked.EnumerateArray().Select(order => order.GetProperty("order").GetString()), Is.EquivalentTo(living),
                    $"booked without an order; {history}; {session}");
            }

            Assert.That(session.GetProperty("forgotten").GetInt64(), Is.Zero, $"neither settled nor handed over; {history}; {session}");
            Assert.That(
                session.GetProperty("status").GetString(),
                Is.Not.EqualTo("confirming").Or.Matches<string>(_ => session.GetProperty("handed_over").GetInt64() > 0), history);
            if (living.Length == 1 && session.GetProperty("handed_over").GetInt64() == 0)
            {
                Assert.That(session.GetProperty("status").GetString(), Is.EqualTo("confirmed"), $"an order that nobody knows of; {history}; {session}");
            }
        }

        public async ValueTask DisposeAsync()
        {
            await instances[1].DisposeAsync();
            await instances[0].DisposeAsync();
            await vendor.DisposeAsync();
        }

        private static Task<RouterFixture> StartAsync(
            RouterFixture? first, Kroger kroger, Stalls stalls, (string Name, string Value)[] settings) =>
            RouterFixture.StartAsync(
                first,
                [kroger.Gateway()],
                services => services.AddSingleton<IProviderGateway>(
                    provider => new StallingGateway(provider.GetRequiredService<MealMeGateway>(), stalls)),
                settings);

        private string SetFault()
        {
            vendor.Faults.Clear();
            Fault? fault = random.Next(8) switch
            {
                0 => null,
                1 or 2 => new Fault.Latency(TimeSpan.FromMilliseconds(random.Next(350, 800))),
                3 => new Fault.LostAnswer(),
                4 => new Fault.ConnectionDrop(AfterHeaders: random.Next(2) == 0),
                5 => new Fault.Status(random.Next(2) == 0 ? 422 : 500),
                6 => new Fault.MalformedJson(),
                _ => new Fault.Hang(),
            };
            if (fault is not null)
            {
                vendor.Faults.Next(fault, path: "/order/finalize");
            }

            var isDeaf = random.Next(3) == 0;
            if (isDeaf)
            {
                vendor.Faults.Next(new Fault.Status(500), 2, "/account/orders");
            }

            var isSlow = random.Next(4) == 0;
            if (isSlow)
            {
                vendor.Faults.Next(new Fault.Latency(TimeSpan.FromMilliseconds(500)), path: "/order/order");
            }

            return $"{fault}{(isDeaf ? " deaf" : "")}{(isSlow ? " slow" : "")}";
        }

        private void SetTimeout(int milliseconds)
        {
            foreach (var instance in instances)
            {
                instance.Settings.Change(("LOOPGPT_MEALME_TIMEOUT", $"{milliseconds}"), ("LOOPGPT_KROGER_TIMEOUT", $"{milliseconds}"));
            }
        }

        private static async Task RecoverAsync(RouterFixture instance, TimeSpan age)
        {
            await instance.AgeAsync(age);
            await instance.Services.GetRequiredService<RecoverConfirmationsJob>()
                .RunAsync(new(Guid.NewGuid(), JobRun.Timer, 1, TimeProvider.System.GetUtcNow()), CancellationToken.None);
        }
    }

    /// <summary>Now and then a process stands still at the worst moments: before it asks whether it may submit, and after.</summary>
    private sealed class Stalls(Random random)
    {
        private readonly Lock _gate = new();

        public int Probability { get; set; }

        public async Task MaybeAsync()
        {
            int milliseconds;
            lock (_gate)
            {
                milliseconds = random.Next(100) < Probability ? random.Next(200, 700) : 0;
            }

            await Task.Delay(milliseconds);
        }
    }

    /// <summary>The real gateway in a process that may stand still; what it has begun goes on after its time is over.</summary>
    private sealed class StallingGateway(IProviderGateway inner, Stalls stalls) : IProviderGateway
    {
        public ProviderId Id => inner.Id;

        public ProviderCapabilities Capabilities => inner.Capabilities;

        public Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
            inner.QuoteAsync(request, config, cancellationToken);

        public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
            inner.CheckHealthAsync(config, cancellationToken);

        public Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
            inner.ConfirmAsync(
                request with
                {
                    MaySubmitAsync = async _ =>
                    {
                        await stalls.MaybeAsync();
                        var isAllowed = await request.MaySubmitAsync!(CancellationToken.None);
                        await stalls.MaybeAsync();
                        return isAllowed;
                    },
                },
                config,
                stalls.Probability > 0 ? CancellationToken.None : cancellationToken);

        public Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
            inner.FindOrderAsync(request, config, cancellationToken);

        public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
            inner.CancelAsync(request, config, cancellationToken);
    }

    /// <summary>A second provider that takes orders: at once, late, or not at all.</summary>
    private sealed class Kroger
    {
        private readonly ConcurrentDictionary<string, Guid> _placed = new();

        public int Mode { get; set; }

        public IEnumerable<string> Living(Guid session) => _placed.Where(order => order.Value == session).Select(order => order.Key);

        public FakeGateway Gateway() => new FakeGateway(ProviderId.KrogerApi) { OnConfirm = ConfirmAsync, OnFind = Find }.At(1);

        private async Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, CancellationToken cancellationToken)
        {
            if (Mode == 2)
            {
                return new ConfirmOutcome.Failed(ProviderFailure.Unavailable(ProviderId.KrogerApi), ProvablyNothingPlaced: true);
            }

            await Task.Delay(Mode == 1 ? 500 : 0, CancellationToken.None);
            _placed[request.IdempotencyKey] = request.SessionId;
            return new ConfirmOutcome.Placed(request.IdempotencyKey, null, null);
        }

        private LookupOutcome Find(ConfirmRequest request) => _placed.ContainsKey(request.IdempotencyKey)
            ? new LookupOutcome.Found(request.IdempotencyKey, null)
            : new LookupOutcome.NotFound();
    }
}
