using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Smplat.Core.Access;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Access;

/// <summary>Failed sign-ins lock out, strangers can neither lift nor cause a member's lockout, and nobody is named.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class LockoutTests
{
    private const string Ada = "ada@example.com";
    private const string Home = "203.0.113.7";

    [Test]
    public async Task The_fifth_failure_locks_for_a_quarter_of_an_hour()
    {
        await using var fixture = await LockoutFixture.StartAsync();

        var states = await fixture.FailAsync(Ada, null, 5);

        Assert.That(states.Select(state => state.RemainingAttempts), Is.EqualTo(new[] { 4, 3, 2, 1, 0 }));
        Assert.That(states.Select(state => state.Locked), Is.EqualTo(new[] { false, false, false, false, true }));
        Assert.That((states[3].RetryAfterSeconds, states[4].RetryAfterSeconds), Is.EqualTo(((int?)null, (int?)900)));
        Assert.That(await fixture.ReadAsync(Ada), Is.EqualTo(states[4]), "a question changes nothing");
    }

    [Test]
    public async Task Failures_during_a_lock_do_not_extend_it_and_afterwards_the_count_starts_again()
    {
        await using var fixture = await LockoutFixture.StartAsync();
        await fixture.FailAsync(Ada, null, 5);
        fixture.Clock.Advance(TimeSpan.FromSeconds(600));

        var during = await fixture.FailAsync(Ada, null, 7);
        fixture.Clock.Advance(TimeSpan.FromSeconds(300));
        var after = await fixture.ReadAsync(Ada);
        var next = await fixture.FailAsync(Ada, null, 1);

        Assert.That(during, Is.All.EqualTo(new LockoutState(true, 300, 0)));
        Assert.That(after, Is.EqualTo(new LockoutState(false, null, 5)));
        Assert.That(next[0].RemainingAttempts, Is.EqualTo(4));
    }

    [Test]
    public async Task The_window_starts_at_the_first_failure()
    {
        await using var fixture = await LockoutFixture.StartAsync();
        await fixture.FailAsync(Ada, null, 1);
        fixture.Clock.Advance(TimeSpan.FromSeconds(299));
        await fixture.FailAsync(Ada, null, 3);

        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var read = await fixture.ReadAsync(Ada);
        var next = await fixture.FailAsync(Ada, null, 1);

        Assert.That((read.RemainingAttempts, next[0].RemainingAttempts), Is.EqualTo((5, 4)));
    }

    [Test]
    public async Task A_success_clears_the_count_and_never_lifts_a_lock()
    {
        await using var fixture = await LockoutFixture.StartAsync();
        await fixture.FailAsync(Ada, Home, 4);
        var cleared = await fixture.SucceedAsync(Ada, Home);
        await fixture.FailAsync(Ada, Home, 5);
        var locked = await fixture.SucceedAsync(Ada, Home);
        await fixture.FailAsync("eve@example.com", null, 5);
        var withoutAddress = await fixture.SucceedAsync("eve@example.com", null);

        Assert.That(cleared, Is.EqualTo(new LockoutState(false, null, 5)));
        Assert.That((locked.Locked, withoutAddress.Locked), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task One_address_locks_only_itself_out_however_often_it_tries()
    {
        await using var fixture = await LockoutFixture.StartAsync();

        var stranger = await fixture.FailAsync(Ada, "198.51.100.9", 200);
        var member = await fixture.ReadAsync(Ada, Home);
        var other = await fixture.ReadAsync("eve@example.com", "198.51.100.9");

        Assert.That(stranger[^1].Locked, Is.True);
        Assert.That(member, Is.EqualTo(new LockoutState(false, null, 5)), "45 failures are left for the others together");
        Assert.That(other, Is.EqualTo(new LockoutState(false, null, 5)));
    }

    [Test]
    public async Task Many_addresses_lock_the_identifier_but_not_where_the_member_signed_in_before()
    {
        await using var fixture = await LockoutFixture.StartAsync();
        await fixture.SucceedAsync(Ada, Home);
        fixture.Clock.Advance(TimeSpan.FromDays(3));
        for (var address = 1; address <= 10; address++)
        {
            await fixture.FailAsync(Ada, $"198.51.100.{address}", 5);
        }

        var stranger = await fixture.ReadAsync(Ada, "198.51.100.77");
        var member = await fixture.ReadAsync(Ada, Home);
        var late = await fixture.SucceedAsync(Ada, "198.51.100.77");
        await fixture.SucceedAsync(Ada, Home);
        var still = await fixture.ReadAsync(Ada, Home);

        Assert.That(stranger.Locked, Is.True);
        Assert.That(member, Is.EqualTo(new LockoutState(false, null, 5)));
        Assert.That(late.Locked, Is.True, "a success during the lock lifts nothing");
        Assert.That(still.Locked, Is.False, "signing in again does not make the address unknown");
    }

    [Test]
    public async Task An_address_is_forgotten_when_nobody_signs_in_from_it_for_a_month()
    {
        await using var fixture = await LockoutFixture.StartAsync();
        await fixture.SucceedAsync(Ada, Home);
        fixture.Clock.Advance(TimeSpan.FromDays(30));
        for (var address = 1; address <= 10; address++)
        {
            await fixture.FailAsync(Ada, $"198.51.100.{address}", 5);
        }

        Assert.That((await fixture.ReadAsync(Ada, Home)).Locked, Is.True);
    }

    [TestCase(null)]
    [TestCase(Home)]
    public async Task Attempts_at_the_same_time_are_all_counted_and_lock_once(string? address)
    {
        await using var fixture = await LockoutFixture.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => fixture.FailAsync(Ada, address, 1)));

        Assert.That((await fixture.ReadAsync(Ada, address)).Locked, Is.True);
        Assert.That(await fixture.CounterAsync("smplat_auth_lockouts_total"), Is.EqualTo(1));
        Assert.That(await fixture.CounterAsync("smplat_auth_attempts_total"), Is.EqualTo(40));
        Assert.That(fixture.Log.GetSnapshot().Count(entry => entry.Id.Id == 8200), Is.EqualTo(1));
    }

    [Test]
    public async Task Attempts_of_many_addresses_lifts_and_retention_side_by_side_never_deadlock()
    {
        await using var fixture = await LockoutFixture.StartAsync();

        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(1, 60).Select(address => fixture.FailAsync(Ada, $"198.51.100.{address % 20}", 4))),
            Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fixture.LiftAsync(Ada))),
            Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fixture.ExpireAsync())));

        await fixture.LiftAsync(Ada);
        Assert.That((await fixture.ReadAsync(Ada, Home)).RemainingAttempts, Is.EqualTo(5));
    }

    [Test]
    public async Task A_lift_ends_all_locks_and_is_recorded_with_person_and_reason()
    {
        await using var fixture = await LockoutFixture.StartAsync();
        await fixture.FailAsync(Ada, Home, 5);
        await fixture.FailAsync(Ada, "198.51.100.9", 5);
        await fixture.FailAsync(Ada, "198.51.100.10", 2);

        var lifted = await fixture.LiftAsync("ADA@example.com");
        var again = await fixture.LiftAsync(Ada);
        var review = await fixture.ReviewAsync(Ada);

        Assert.That((lifted, again), Is.EqualTo((2, 0)));
        Assert.That(await fixture.ReadAsync(Ada, Home), Is.EqualTo(new LockoutState(false, null, 5)));
        Assert.That(review.IsLocked, Is.False);
        Assert.That(review.Entries.Select(entry => entry.Source).First(), Is.EqualTo("any"));
        Assert.That(review.Entries, Has.Count.EqualTo(4));
        Assert.That(
            review.Lifts.Select(lift => (lift.Actor, lift.Reason, lift.Locks)),
            Is.EqualTo(new[] { ("on-call", "called", 0), ("on-call", "called", 2) }));
    }

    [Test]
    public async Task Nothing_that_is_stored_or_logged_names_the_member_or_the_address()
    {
        await using var fixture = await LockoutFixture.StartAsync();
        await fixture.FailAsync(Ada, Home, 5);

        var rows = await fixture.Database.ReadAsync<string>("select string_agg(entry::text, ' ') from auth_lockout as entry");
        var log = string.Join(' ', fixture.Log.GetSnapshot().Select(entry => entry.Message));

        Assert.That(rows + log, Does.Not.Contain("ada").And.Not.Contain("example").And.Not.Contain(Home));
        Assert.That(log, Does.Contain("locked out"));
    }

    [Test]
    public async Task Rows_go_when_lock_window_and_known_address_are_over()
    {
        await using var fixture = await LockoutFixture.StartAsync();
        await fixture.FailAsync(Ada, "198.51.100.9", 5);
        await fixture.SucceedAsync("eve@example.com", Home);
        await fixture.LiftAsync("gone@example.com");

        var early = await fixture.ExpireAsync();
        fixture.Clock.Advance(TimeSpan.FromSeconds(901));
        var locks = await fixture.ExpireAsync();
        fixture.Clock.Advance(TimeSpan.FromDays(30));
        var known = await fixture.ExpireAsync();
        fixture.Clock.Advance(TimeSpan.FromDays(180));
        var lifts = await fixture.ExpireAsync();

        Assert.That((early, locks, known, lifts), Is.EqualTo((0, 2, 1, 1)));
    }

    [TestCase("1", 1)]
    [TestCase("2", 2)]
    public async Task The_limit_is_a_setting(string threshold, int failures)
    {
        await using var fixture = await LockoutFixture.StartAsync(new LockoutOptions { Threshold = int.Parse(threshold, null) });

        var states = await fixture.FailAsync(Ada, Home, failures);

        Assert.That(states.Select(state => state.Locked), Is.EqualTo(Enumerable.Range(1, failures).Select(n => n == failures)));
    }

    [Test]
    public async Task Without_a_key_for_the_hashes_a_deployed_app_refuses()
    {
        await using var fixture = await LockoutFixture.StartAsync(environment: "production");

        var outcome = await fixture.Lockouts.ReadAsync(new(Ada, null), CancellationToken.None);

        Assert.That(((LockoutOutcome.Refused)outcome).Refusal.Message, Does.Contain("AUTH_LOCKOUT_SECRET"));
    }

    private sealed class LockoutFixture : IAsyncDisposable
    {
        private readonly LockoutRetention _retention;
        private readonly DurableCounters _counters;

        private LockoutFixture(TestDatabase database, LockoutOptions options, string environment)
        {
            Database = database;
            var store = new LockoutStore(database.DataSource);
            var settings = new Monitor<LockoutOptions>(options);
            var hash = new LockoutHash(settings, new Monitor<RuntimeOptions>(new() { Environment = environment }));
            _counters = new(new CounterStore(database.DataSource), NullLogger<DurableCounters>.Instance);
            _retention = new(store, settings, new Monitor<AccessEventOptions>(new()));
            Lockouts = new(store, hash, settings, _counters, Clock, new LoggerFactory([new FakeLoggerProvider(Log)]).CreateLogger<LockoutOperations>());
        }

        public TestDatabase Database { get; }

        public FixedClock Clock { get; } = new();

        public FakeLogCollector Log { get; } = new();

        public LockoutOperations Lockouts { get; }

        public static async Task<LockoutFixture> StartAsync(LockoutOptions? options = null, string environment = "local") =>
            new(await TestDatabase.CreateAsync(), options ?? new(), environment);

        public async Task<IReadOnlyList<LockoutState>> FailAsync(string identifier, string? address, int times)
        {
            var states = new List<LockoutState>();
            for (var time = 0; time < times; time++)
            {
                states.Add(State(await Lockouts.RecordAsync(new(identifier, "failure", address), CancellationToken.None)));
            }

            return states;
        }

        public async Task<LockoutState> SucceedAsync(string identifier, string? address) =>
            State(await Lockouts.RecordAsync(new(identifier, "success", address), CancellationToken.None));

        public async Task<LockoutState> ReadAsync(string identifier, string? address = null) =>
            State(await Lockouts.ReadAsync(new(identifier, address), CancellationToken.None));

        public async Task<int> LiftAsync(string identifier) =>
            ((LockoutOutcome.Lifted)await Lockouts.LiftAsync(new(identifier, "on-call", "called"), CancellationToken.None)).Locks;

        public async Task<LockoutReview> ReviewAsync(string identifier) =>
            ((LockoutOutcome.Reviewed)await Lockouts.ReviewAsync(identifier, CancellationToken.None)).Review;

        public Task<int> ExpireAsync() => _retention.DeleteExpiredAsync(Clock.GetUtcNow(), CancellationToken.None);

        public async Task<double> CounterAsync(string name) => (await _counters.ReadAsync(name, CancellationToken.None)).Sum(value => value.Value);

        public ValueTask DisposeAsync()
        {
            _counters.Dispose();
            return Database.DisposeAsync();
        }

        private static LockoutState State(LockoutOutcome outcome) => ((LockoutOutcome.Known)outcome).State;
    }
}

/// <summary>The spellings of one identifier count as one.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SignInIdentifierTests
{
    [TestCase("ada@example.com", " ADA@Example.COM ")]
    [TestCase("ada@example.com", "ａｄａ＠example.com")]
    [TestCase("ada@example.com", "a\u200bda@example.com")]
    [TestCase("ada@example.com", "ada@example.com\u0000")]
    [TestCase("ada@bücher.example", "ada@xn--bcher-kva.example")]
    [TestCase("ada@bücher.example", "ada@BU\u0308CHER.example")]
    [TestCase("ada@example.com", "ada@example。com")]
    [TestCase("σίσυφος@example.com", "ΣΊΣΥΦΟΣ@example.com")]
    [TestCase("kelvin@example.com", "\u212Aelvin@example.com")]
    [TestCase("office@example.com", "o\uFB03ce@example.com")]
    public void Are_the_same(string one, string other) =>
        Assert.That(SignInIdentifier.Normalize(other), Is.EqualTo(SignInIdentifier.Normalize(one)));

    [TestCase("ada.lovelace@example.com", "adalovelace@example.com")]
    [TestCase("ada+1@example.com", "ada@example.com")]
    [TestCase("ada@example.com", "ada@example.org")]
    [TestCase("ada@example.com", "ada")]
    [TestCase("аda@example.com", "ada@example.com")]
    public void Are_different(string one, string other) =>
        Assert.That(SignInIdentifier.Normalize(other), Is.Not.EqualTo(SignInIdentifier.Normalize(one)));

    [Test]
    public void Any_text_has_one_form() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            var once = SignInIdentifier.Normalize(text.Get);
            return SignInIdentifier.Normalize(once) == once && SignInIdentifier.Normalize(text.Get.ToUpperInvariant()) == once;
        }).QuickCheckThrowOnFailure();

    [TestCase("203.0.113.7", "203.0.113.7")]
    [TestCase("203.0.113.7:4711", "203.0.113.7")]
    [TestCase("::ffff:203.0.113.7", "203.0.113.7")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64")]
    public void An_address_counts_without_port_and_as_its_network(string text, string expected) =>
        Assert.That(Core.Platform.Security.NetworkAddress.Format(Core.Platform.Security.NetworkAddress.Parse(text)!), Is.EqualTo(expected));
}
