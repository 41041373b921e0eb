use tonic::{Status, transport::Channel};
use tonic_scope::{pool::Pool, scoped};

#[scoped(pool = &channel)]
async fn another_type(channel: Channel) -> Result<(), Status> {
    drop(channel);
    Ok(())
}

#[scoped(pool = pool)]
async fn by_value(pool: Pool) -> Result<(), Status> {
    drop(pool);
    Ok(())
}

fn main() {}
