using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Smtp;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>The outbox with its own database and mail server, set up as in one instance of the app.</summary>
internal sealed class OutboxFixture : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private OutboxFixture(TestDatabase database, FakeSmtp smtp, ServiceProvider services, FixedClock clock) =>
        (Database, Smtp, _services, Clock) = (database, smtp, services, clock);

    public TestDatabase Database { get; }

    public FakeSmtp Smtp { get; }

    public FixedClock Clock { get; }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static async Task<OutboxFixture> StartAsync(
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? add = null, FixedClock? clock = null)
    {
        var database = await TestDatabase.CreateAsync();
        var smtp = new FakeSmtp().Start();
        clock ??= new FixedClock();
        var all = new Dictionary<string, string?>(smtp.Settings.ToDictionary(entry => entry.Key, string? (entry) => entry.Value))
        {
            ["SMPLAT_DATABASE"] = database.ConnectionString,
            ["SMPLAT_ENVIRONMENT"] = "local",
        };
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        services.AddSingleton<TimeProvider>(clock);
        services.AddDatabase().AddObservability().AddJobs().AddNotifications();
        add?.Invoke(services);
        return new(database, smtp, services.BuildServiceProvider(), clock);
    }

    public async Task<Guid> APersonAsync(
        string email = "ada@example.test", string name = "Ada", string zone = "UTC", string status = "active", bool marketing = false)
    {
        var id = Guid.NewGuid();
        await ExecuteAsync(
            """
            insert into users (id, email, display_name, time_zone, status) values (@id, @email, @name, @zone, @status);
            insert into notification_preferences (user_id, marketing_messages) values (@id, @marketing)
            """,
            new { id, email, name, zone, status, marketing });
        return id;
    }

    public async Task<Guid> AnOrderAsync(Guid userId, string number = "SM000001", string status = "active", decimal total = 120m)
    {
        var id = Guid.NewGuid();
        await ExecuteAsync(
            """
            insert into orders (id, order_number, user_id, status, total, currency) values (@id, @number, @userId, @status, @total, 'EUR')
            """,
            new { id, number, userId, status, total });
        return id;
    }

    public async Task<bool> EnqueueAsync(
        string kind, Guid? userId, string key, string payload = "{}", string? recipient = null, string channel = OutboxChannel.Email)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var added = await Get<OutboxWriter>().EnqueueAsync(
            new(kind, channel, recipient, userId, key, payload, Clock.GetUtcNow()), transaction, CancellationToken.None);
        await transaction.CommitAsync();
        return added;
    }

    public Task<JobReport> DeliverAsync() => Get<DeliverOutboxJob>().RunAsync(
        new(Guid.NewGuid(), JobRun.Timer, 1, Clock.GetUtcNow()), CancellationToken.None);

    public async Task<MessageRow> MessageAsync(string key) =>
        (await Get<OutboxOperations>().ListAsync(new(null, null, null, null, 200), CancellationToken.None))
            .Single(message => message.IdempotencyKey == key);

    public async Task ExecuteAsync(string statement, object? parameters = null)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(statement, parameters, CancellationToken.None));
    }

    public async Task<T> QueryAsync<T>(string statement, object? parameters = null)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(Sql.Command(statement, parameters, CancellationToken.None)))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Smtp.DisposeAsync();
        await Database.DisposeAsync();
    }
}
