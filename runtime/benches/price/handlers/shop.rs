use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, transport::Channel};
use tonic_scope::{Scoped, scoped};

use crate::shop::{
    Id, Item, Order, Query, Receipt, shop_server::Shop, stock_client::StockClient,
};

pub struct MyShop {
    stock: StockClient<Scoped<Channel>>,
    archive: StockClient<Scoped<Channel>>,
    suppliers: String,
}

#[scoped(timeout = "2s", call_timeout = "500ms", stream(idle = "30s"))]
#[tonic::async_trait]
impl Shop for MyShop {
    type SearchStream = ReceiverStream<Result<Item, Status>>;
    type WatchStream = ReceiverStream<Result<Item, Status>>;

    async fn find(&self, request: Request<Id>) -> Result<Response<Item>, Status> {
        let id = request.into_inner();
        if id.id == 0 {
            return Err(Status::invalid_argument("no id"));
        }
        let item = self.stock.clone().get(id).await?.into_inner();
        Ok(Response::new(item))
    }

    async fn search(
        &self,
        request: Request<Query>,
    ) -> Result<Response<Self::SearchStream>, Status> {
        let query = request.into_inner();
        let mut found = self.stock.clone().follow(query).await?.into_inner();
        let (items, stream) = tokio::sync::mpsc::channel(16);
        tokio::spawn(async move {
            while let Some(item) = found.message().await.transpose() {
                if items.send(item).await.is_err() {
                    break;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn put(&self, request: Request<Item>) -> Result<Response<Id>, Status> {
        let item = request.into_inner();
        let Some(initial) = item.name.chars().next() else {
            return Err(Status::invalid_argument("an item needs a name"));
        };
        if !initial.is_alphabetic() {
            return Err(Status::invalid_argument(format!("{initial} is no letter")));
        }
        let taken = self.stock.clone().take(item).await?.into_inner();
        Ok(Response::new(Id { id: taken.id }))
    }

    async fn remove(&self, request: Request<Id>) -> Result<Response<Item>, Status> {
        let id = request.into_inner();
        let item = self.stock.clone().get(id).await?.into_inner();
        if item.amount > 0 {
            let left = item.amount;
            return Err(Status::failed_precondition(format!("{left} are left")));
        }
        let archived = self.archive.clone().take(item).await?;
        Ok(archived)
    }

    async fn watch(&self, request: Request<Query>) -> Result<Response<Self::WatchStream>, Status> {
        let query = request.into_inner();
        let limit = query.limit;
        let (items, stream) = tokio::sync::mpsc::channel(16);
        tokio::spawn(async move {
            for id in 0..limit {
                let item = Item {
                    id: id.into(),
                    name: query.text.clone(),
                    price: 1,
                    amount: id,
                };
                if items.send(Ok(item)).await.is_err() {
                    break;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn quote(&self, request: Request<Query>) -> Result<Response<Item>, Status> {
        let query = request.into_inner();
        let mut suppliers = StockClient::connect(self.suppliers.clone())
            .await
            .map_err(|error| Status::unavailable(error.to_string()))?;
        let mut offers = suppliers.follow(query).await?.into_inner();
        let mut best: Option<Item> = None;
        while let Some(offer) = offers.message().await? {
            if best.as_ref().is_none_or(|best| offer.price < best.price) {
                best = Some(offer);
            }
        }
        best.map(Response::new)
            .ok_or_else(|| Status::not_found("nobody offers it"))
    }

    async fn reserve(&self, request: Request<Id>) -> Result<Response<Item>, Status> {
        let id = request.into_inner();
        let mut stock = self.stock.clone();
        let mut item = stock.get(id).await?.into_inner();
        if item.amount == 0 {
            return Err(Status::resource_exhausted("none is left"));
        }
        item.amount -= 1;
        let item = stock.take(item).await?.into_inner();
        Ok(Response::new(item))
    }

    async fn purchase(&self, request: Request<Order>) -> Result<Response<Receipt>, Status> {
        let order = request.into_inner();
        let mut stock = self.stock.clone();
        let mut total = 0;
        let mut names = Vec::with_capacity(order.items.len());
        for id in order.items {
            let item = stock.get(Id { id }).await?.into_inner();
            total += item.price;
            names.push(item.name);
        }
        let text = format!("{} for {}", names.join(", "), order.customer);
        Ok(Response::new(Receipt { text, total }))
    }

    async fn cancel(&self, request: Request<Id>) -> Result<Response<Receipt>, Status> {
        let id = request.into_inner();
        let mut archive = self.archive.clone();
        let known = tokio::spawn(async move { archive.get(id).await });
        let item = self.stock.clone().get(id).await?.into_inner();
        let known = known
            .await
            .map_err(|error| Status::internal(error.to_string()))??;
        let text = format!("{} and {}", item.name, known.get_ref().name);
        let total = item.price + known.get_ref().price;
        Ok(Response::new(Receipt { text, total }))
    }

    async fn report(&self, request: Request<Query>) -> Result<Response<Receipt>, Status> {
        let query = request.into_inner();
        let (mut stock, mut archive) = (self.stock.clone(), self.archive.clone());
        let (here, gone) = tokio::try_join!(stock.follow(query.clone()), archive.follow(query))?;
        let mut total = 0;
        for mut items in [here.into_inner(), gone.into_inner()] {
            while let Some(item) = items.message().await? {
                total += item.price * u64::from(item.amount);
            }
        }
        let text = String::from("all there is and was");
        Ok(Response::new(Receipt { text, total }))
    }
}
