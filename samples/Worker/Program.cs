using Worker;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddSystemd(); // before AddGraceful, which makes READY=1 wait for the warm-up
builder.Services.AddWindowsService();

// A worker has no HTTP listener to probe: it writes a file while it is ready (`test -f`).
builder.AddGraceful(options => options.Probes.ReadinessFile ??= Path.Combine(Path.GetTempPath(), "graceful-worker.ready"))
    .AddDrainParticipant<ResultsFlush>();

builder.Services.AddSingleton(WorkerSettings.From(builder.Configuration));
builder.Services.AddSingleton<JobQueue>();
builder.Services.AddSingleton<Results>();
builder.Services.AddHostedService<Producer>();
builder.Services.AddHostedService<Consumer>();

builder.Build().Run();
